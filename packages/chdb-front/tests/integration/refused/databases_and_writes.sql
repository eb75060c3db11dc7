-- What a reader must not be able to do, one statement a line; blank lines and lines that begin with -- are left out.
-- {file} is a file with a secret, {port} a port of this machine where an answer with a secret waits. Every statement is sent as it is
-- and within a session; none may be answered, reach the port, or show a secret in its error (test_boundary.py).

-- Other databases, and tables of the system that no client needs
SELECT * FROM private.secrets
SELECT * FROM `private`.`secrets`
SELECT * FROM "private".secrets
SELECT * FROM {{d:Identifier}}.secrets
SELECT * FROM {{d:Identifier}}.{{t:Identifier}}
SELECT 7 IN private.secrets
SELECT 7 IN (private.secrets)
SELECT 7 NOT IN private.secrets
SELECT 7 GLOBAL IN private.secrets
SELECT has([1], 7 IN private.secrets)
SELECT in(7, private.secrets)
SELECT 7 IN {{d:Identifier}}.secrets
SELECT n FROM orders WHERE n IN (SELECT n FROM private.secrets)
SELECT n FROM orders AS d LEFT JOIN private.secrets AS s ON d.n = s.n
SELECT n FROM orders ASOF JOIN private.secrets AS s ON d.n >= s.n
SELECT * FROM orders PASTE JOIN private.secrets
WITH RECURSIVE r AS (SELECT n FROM private.secrets) SELECT * FROM r
SELECT (SELECT max(n) FROM private.secrets)
SELECT arrayMap(x -> (SELECT max(n) FROM private.secrets), [1])
(SELECT 1) UNION ALL (SELECT n FROM private.secrets)
SELECT * FROM shop.`/etc/passwd`
SELECT * FROM `/etc/passwd`
SELECT * FROM '{file}'
SELECT * FROM `{file}`
SELECT * FROM shop.`orders.csv`
SELECT * FROM private.`.inner_id.x`
SELECT * FROM default.x
SELECT * FROM Shop.orders
USE private
USE system
USE default
USE {{d:Identifier}}
SHOW TABLES FROM private
SHOW FULL TABLES FROM private
SHOW DICTIONARIES FROM private
SHOW TABLES IN private LIKE '%'
SHOW TABLES FROM {{d:Identifier}}
SHOW COLUMNS FROM secrets FROM private
SHOW COLUMNS FROM private.secrets
SHOW FULL COLUMNS FROM secrets IN private
SHOW INDEXES FROM secrets FROM private
SHOW KEYS FROM private.secrets
SHOW CREATE TABLE private.secrets
SHOW CREATE private.secrets
SHOW CREATE DATABASE private
SHOW CREATE DICTIONARY private.d
SHOW CREATE VIEW private.v
SHOW CREATE USER default
SHOW CREATE PROFILE default
EXISTS private.secrets
EXISTS TABLE private.secrets
EXISTS DATABASE private
EXISTS DICTIONARY private.d
DESCRIBE TABLE private.secrets
DESCRIBE private.secrets
DESC TABLE private.secrets
DESCRIBE (SELECT * FROM private.secrets)
CHECK TABLE private.secrets
CHECK TABLE orders
SELECT * FROM system.processes
SELECT * FROM system.users
SELECT * FROM system.query_log
SELECT * FROM system.user_query_log
SELECT * FROM system.server_settings
SELECT * FROM system.merge_tree_settings
SELECT * FROM system.settings_changes
SELECT * FROM system.settings_profiles
SELECT * FROM system.grants
SELECT * FROM system.roles
SELECT * FROM system.quotas
SELECT * FROM system.row_policies
SELECT * FROM system.user_directories
SELECT * FROM system.disks
SELECT * FROM system.storage_policies
SELECT * FROM system.named_collections
SELECT * FROM system.clusters
SELECT * FROM system.macros
SELECT * FROM system.errors
SELECT * FROM system.events
SELECT * FROM system.metrics
SELECT * FROM system.stack_trace
SELECT * FROM system.certificates
SELECT * FROM system.backups
SELECT * FROM system.build_options
SELECT * FROM system.dns_cache
SELECT * FROM system.schema_inference_cache
SELECT * FROM system.filesystem_cache
SELECT * FROM system.remote_data_paths
SELECT * FROM system.detached_parts
SELECT * FROM system.kafka_consumers
SELECT * FROM system.symbols
SELECT * FROM system.session_query_ids
SELECT * FROM system.query_cache
SELECT * FROM system.warnings
SELECT * FROM system.handlers
SELECT 1 IN system.users
SHOW PROCESSLIST
SHOW CLUSTERS
SHOW CLUSTER 'default'
SHOW MERGES
SHOW FILESYSTEM CACHES
SHOW USERS
SHOW GRANTS
SHOW ACCESS
SHOW ROLES
SHOW PROFILES
SHOW POLICIES
SHOW QUOTAS
SHOW PRIVILEGES
SHOW CURRENT QUOTA
SHOW NAMED COLLECTIONS

-- Anything that writes, manages, or is more than one statement
INSERT INTO orders VALUES (3, 'x')
INSERT INTO orders SELECT 3, 'x'
INSERT INTO orders FORMAT CSV 3,x
INSERT INTO FUNCTION file('x.csv') SELECT 1
INSERT INTO FUNCTION url('http://127.0.0.1:{port}/') SELECT 1
INSERT INTO FUNCTION null('n UInt8') SELECT 1
SELECT 1 INTO OUTFILE '/tmp/shop-reader.tsv'
SELECT 1 INTO OUTFILE '/tmp/shop-reader.tsv' FORMAT CSV
SELECT 1 INTO OUTFILE '/tmp/shop-reader.tsv' TRUNCATE
SELECT 1 INTO OUTFILE '/tmp/shop-reader.tsv' AND STDOUT
SELECT 1 INTO OUTFILE '/tmp/shop-reader.tsv.gz' COMPRESSION 'gzip'
SHOW TABLES INTO OUTFILE '/tmp/shop-reader.tsv'
DESCRIBE orders INTO OUTFILE '/tmp/shop-reader.tsv'
SHOW CREATE TABLE orders INTO OUTFILE '/tmp/shop-reader.tsv'
EXISTS orders INTO OUTFILE '/tmp/shop-reader.tsv'
EXPLAIN SELECT 1 INTO OUTFILE '/tmp/shop-reader.tsv'
CREATE TABLE shop.x (n UInt8) ENGINE = Memory
CREATE TEMPORARY TABLE x (n UInt8)
CREATE TABLE x AS file('{file}', LineAsString)
CREATE VIEW v AS SELECT * FROM private.secrets
CREATE MATERIALIZED VIEW v ENGINE = Memory AS SELECT 1
CREATE FUNCTION f AS x -> file(x)
CREATE DICTIONARY d (n UInt64) PRIMARY KEY n SOURCE(FILE(path '{file}' format 'CSV')) LAYOUT(FLAT()) LIFETIME(0)
CREATE NAMED COLLECTION c AS a = 'b'
CREATE USER u
CREATE DATABASE d
CREATE RESOURCE r (READ ANY DISK)
CREATE WORKLOAD w
ALTER TABLE orders DELETE WHERE 1
ALTER TABLE orders UPDATE s = file('{file}') WHERE 1
ALTER TABLE orders ADD COLUMN x UInt8
ALTER TABLE orders FREEZE
UPDATE orders SET s = 'x' WHERE 1
DELETE FROM orders WHERE 1
TRUNCATE TABLE orders
DROP TABLE orders
DROP DATABASE shop
UNDROP TABLE orders
DETACH TABLE orders
ATTACH TABLE orders
RENAME TABLE orders TO d
EXCHANGE TABLES orders AND private.secrets
OPTIMIZE TABLE orders FINAL
MOVE USER u TO x
SYSTEM SHUTDOWN
SYSTEM KILL
SYSTEM RELOAD CONFIG
SYSTEM FLUSH LOGS
SYSTEM STOP MERGES
SYSTEM DROP MARK CACHE
SYSTEM ENABLE FAILPOINT x
KILL QUERY WHERE 1
KILL MUTATION WHERE 1
BACKUP DATABASE shop TO File('/tmp/b')
RESTORE DATABASE shop FROM File('/tmp/b')
GRANT ALL ON *.* TO default
REVOKE ALL ON *.* FROM default
SET ROLE x
SET DEFAULT ROLE x TO default
SET TRANSACTION SNAPSHOT 1
EXECUTE AS default SELECT 1
BEGIN TRANSACTION
COMMIT
ROLLBACK
WATCH orders
EXPLAIN INSERT INTO orders SELECT 1, 'x'
EXPLAIN AST DROP TABLE orders
EXPLAIN CURRENT TRANSACTION
EXPLAIN TABLE OVERRIDE mysql('127.0.0.1:{port}', 'a', 'b', 'c', 'd')
PARALLEL WITH DROP TABLE orders
SELECT 1; SELECT 2
SELECT 1; DROP TABLE shop.orders
SELECT 1;; SELECT 2
SELECT 'a; b'; SELECT 2
DROP TABLE orders; SELECT 1
