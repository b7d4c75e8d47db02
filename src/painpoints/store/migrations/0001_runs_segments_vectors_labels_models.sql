-- What a workspace remembers from the first day: runs, their segments, vectors, labels that people gave, promoted models.

CREATE TABLE runs (
    run_id     VARCHAR PRIMARY KEY,  -- digest of inputs and configuration: the same run twice is stored once
    stored_at  TIMESTAMP NOT NULL,   -- UTC
    as_of      VARCHAR NOT NULL,
    manifest   JSON NOT NULL
);

CREATE TABLE segments (
    run_id       VARCHAR NOT NULL,
    feedback_id  VARCHAR NOT NULL,
    source       VARCHAR NOT NULL,
    row          BIGINT NOT NULL,
    segment_no   INTEGER NOT NULL,
    start        INTEGER NOT NULL,
    "end"        INTEGER NOT NULL,
    text         VARCHAR NOT NULL,   -- personal data masked
    match_text   VARCHAR NOT NULL,
    text_hash    VARCHAR NOT NULL,   -- of match_text
    lang         VARCHAR NOT NULL,
    created_at   TIMESTAMP,          -- UTC
    labels       JSON NOT NULL,      -- task -> label given by the classifiers ('' where they abstained)
    certainty    JSON NOT NULL,      -- task -> probability of that label
    theme_id     VARCHAR NOT NULL
);

CREATE TABLE vectors (
    encoder_digest  VARCHAR NOT NULL,
    text_hash       VARCHAR NOT NULL,
    vector          BLOB NOT NULL,   -- little-endian float16
    PRIMARY KEY (encoder_digest, text_hash)
);

CREATE TABLE labels (
    task       VARCHAR NOT NULL,
    text_hash  VARCHAR NOT NULL,
    text       VARCHAR NOT NULL,     -- personal data masked
    label      VARCHAR NOT NULL,
    lang       VARCHAR NOT NULL,
    drawn      VARCHAR NOT NULL,     -- random, uncertain or diverse where the row came from a sample, else ''
    source     VARCHAR NOT NULL,     -- name of the file it came from
    added_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (task, text_hash)
);

CREATE TABLE models (
    model_id        VARCHAR PRIMARY KEY,
    task            VARCHAR NOT NULL,
    encoder_name    VARCHAR NOT NULL,
    encoder_digest  VARCHAR NOT NULL,
    folder          VARCHAR NOT NULL,  -- relative to the workspace
    promoted_at     TIMESTAMP NOT NULL,
    forced          BOOLEAN NOT NULL,  -- promoted although it did not beat the one before
    in_use          BOOLEAN NOT NULL,
    figures         JSON NOT NULL
);
