-- What kamailio expects of a database for call records, with the columns of cdr_extra.
CREATE TABLE version (table_name VARCHAR(32), table_version INTEGER);
INSERT INTO version VALUES ('acc', 5), ('cdrs', 2);
CREATE TABLE acc (
    id INTEGER PRIMARY KEY NOT NULL, method VARCHAR(16), from_tag VARCHAR(128), to_tag VARCHAR(128),
    callid VARCHAR(255), sip_code VARCHAR(3), sip_reason VARCHAR(128), time TIMESTAMP
);
CREATE TABLE cdrs (
    id INTEGER PRIMARY KEY NOT NULL, start_time TIMESTAMP, end_time TIMESTAMP, duration REAL,
    callid VARCHAR(255), src VARCHAR(64), dst VARCHAR(64), code VARCHAR(3)
);
