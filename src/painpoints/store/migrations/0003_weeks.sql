-- Week after week: every item once, in its own week; its segments; what was taken in when; customers, initiatives, backlog.

CREATE TABLE imports (
    number       INTEGER PRIMARY KEY,
    imported_at  TIMESTAMP NOT NULL,   -- UTC
    week         VARCHAR NOT NULL,     -- ISO week that was reported on when it was taken in
    files        JSON NOT NULL,        -- as in run.json
    counts       JSON NOT NULL,        -- read, kept (new, corrected), duplicate (known before too), rejected, segments, boilerplate
    masked       JSON NOT NULL,
    boilerplate  JSON NOT NULL
);

CREATE TABLE rejects (
    import_no  INTEGER NOT NULL,
    file       VARCHAR NOT NULL,
    row        BIGINT NOT NULL,
    "column"   VARCHAR NOT NULL,
    reason     VARCHAR NOT NULL,
    value      VARCHAR NOT NULL        -- personal data masked
);

CREATE TABLE items (
    item_key      VARCHAR PRIMARY KEY, -- the export's own id, else a digest of what it says
    text_digest   VARCHAR NOT NULL,    -- of the text as read, which itself is not kept
    content       VARCHAR NOT NULL,    -- digest of all that an export can correct
    import_no     INTEGER NOT NULL,
    feedback_id   VARCHAR NOT NULL,
    source        VARCHAR NOT NULL,
    row           BIGINT NOT NULL,
    created_at    TIMESTAMP,           -- UTC
    week          VARCHAR NOT NULL,    -- ISO week where the customers live; '' without a date
    rating        DOUBLE,
    rating_scale  VARCHAR NOT NULL,
    rating_norm   DOUBLE,
    customer      VARCHAR NOT NULL,    -- digest of the customer's id, '' where it is unknown
    channel       VARCHAR NOT NULL,
    segment       VARCHAR NOT NULL,
    product       VARCHAR NOT NULL
);

ALTER TABLE segments ADD COLUMN item_key VARCHAR DEFAULT '';
ALTER TABLE segments ADD COLUMN sentiment_score DOUBLE;
ALTER TABLE segments ADD COLUMN theme_p DOUBLE DEFAULT 0;
ALTER TABLE segments ADD COLUMN decided VARCHAR DEFAULT '';  -- week in which its theme was looked for, '' if never

CREATE TABLE week_reports (
    week        VARCHAR PRIMARY KEY,
    written_at  TIMESTAMP NOT NULL,    -- UTC
    pool        VARCHAR NOT NULL,      -- digest of what themes were looked for in, so that a second time changes nothing
    summary     JSON NOT NULL          -- what the index page tells of it
);

CREATE TABLE customers (
    customer  VARCHAR PRIMARY KEY,     -- digest of the id
    fields    JSON NOT NULL            -- value and further columns, as strings
);

CREATE TABLE initiatives (
    number  INTEGER PRIMARY KEY,
    fields  JSON NOT NULL
);

CREATE TABLE backlog (
    pain_id      VARCHAR PRIMARY KEY,
    status       VARCHAR NOT NULL,
    opened_week  VARCHAR NOT NULL,
    note         VARCHAR NOT NULL,
    fields       JSON NOT NULL
);
