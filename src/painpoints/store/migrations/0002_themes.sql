-- Themes that keep their identity from run to run, and what happened to them.

CREATE TABLE themes (
    theme_id   VARCHAR PRIMARY KEY,
    polarity   VARCHAR NOT NULL,    -- pain, praise
    name_vi    VARCHAR NOT NULL,
    name_en    VARCHAR NOT NULL,
    opened     VARCHAR NOT NULL,    -- last day of the run that first had it, YYYY-MM-DD
    merged_into VARCHAR NOT NULL,   -- '' while the theme is its own
    pinned     BOOLEAN NOT NULL,    -- people want to keep it
    hidden     BOOLEAN NOT NULL     -- people do not want to see it ranked
);

CREATE TABLE theme_log (
    number       INTEGER PRIMARY KEY,
    logged_at    TIMESTAMP NOT NULL,  -- UTC
    week         VARCHAR NOT NULL,    -- ISO week of the run, or of the day on which people did it
    event        VARCHAR NOT NULL,    -- new, split, merge, retire, rename, pin, unpin, hide, unhide
    theme_id     VARCHAR NOT NULL,
    related_ids  VARCHAR NOT NULL,    -- joined by a space
    reason       VARCHAR NOT NULL
);
