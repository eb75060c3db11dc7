-- What a reader must not be able to do, one statement a line; blank lines and lines that begin with -- are left out.
-- {file} is a file with a secret, {port} a port of this machine where an answer with a secret waits. Every statement is sent as it is
-- and within a session; none may be answered, reach the port, or show a secret in its error (test_boundary.py).

-- Formats that read templates, schemas and patterns from elsewhere
SELECT 1 FORMAT Template SETTINGS format_template_row='{file}'
SELECT 1 FORMAT Template SETTINGS format_template_resultset='{file}'
SELECT 1 SETTINGS format_template_row='{file}' FORMAT Template
SELECT 1 SETTINGS format_template_row='{file}'
SELECT 1 SETTINGS `format_template_row`='{file}'
SELECT 1 SETTINGS "format_template_row"='{file}'
SELECT 1 SETTINGS max_threads = 1, format_template_row = '{file}'
SELECT 1 SETTINGS /* a */ format_template_row /* b */ = '{file}'
SELECT 1 settings format_template_row = $$x$$
SELECT 1 SETTINGS format_template_row = $a$x$a$ FORMAT template
SELECT * FROM (SELECT 1 SETTINGS format_template_row='{file}')
SELECT * FROM (SELECT * FROM (SELECT 1 SETTINGS format_template_row='{file}'))
WITH x AS (SELECT 1 SETTINGS format_template_row='{file}') SELECT * FROM x
SELECT 1 WHERE 1 IN (SELECT 1 SETTINGS format_template_row='{file}')
SELECT (SELECT 1 SETTINGS format_template_row='{file}')
SELECT 1 UNION ALL SELECT 2 SETTINGS format_template_row='{file}'
(SELECT 1 SETTINGS format_template_row='{file}') UNION ALL (SELECT 2)
SELECT 1 FORMAT TEMPLATE
SELECT 1 FORMAT template
SELECT 1 FORMAT TemplateIgnoreSpaces
SELECT 1 FORMAT Protobuf SETTINGS format_schema='{file}:M'
SELECT 1 FORMAT ProtobufSingle SETTINGS format_schema='{file}:M'
SELECT 1 FORMAT ProtobufList SETTINGS format_schema='{file}:M'
SELECT 1 FORMAT Protobuf SETTINGS format_schema_source='query', format_schema='SELECT 1'
SELECT 1 FORMAT Protobuf SETTINGS format_schema_source='string', format_schema='x'
SELECT 1 FORMAT CapnProto SETTINGS format_schema='{file}:M'
SELECT 1 FORMAT AvroConfluent SETTINGS format_avro_schema_registry_url='http://127.0.0.1:{port}/'
SELECT 1 FORMAT AvroConfluent
SELECT 1 FORMAT avroconfluent
SELECT 1 FORMAT Regexp
SELECT 1 FORMAT CustomSeparated SETTINGS format_custom_row_before_delimiter='x'
SELECT 1 FORMAT CustomSeparated
SELECT 1 FORMAT MySQLWire
SELECT 1 FORMAT PostgreSQLWire
SELECT 1 FORMAT ODBCDriver2
SELECT 1 FORMAT PNG
SELECT 1 FORMAT Buffers
SELECT 1 FORMAT HiveText
SELECT 1 FORMAT NoSuchFormat
SELECT 1 FORMAT `Template`
EXPLAIN SELECT 1 FORMAT Template
SHOW TABLES FORMAT Template
SHOW COLUMNS FROM orders FORMAT Template
SHOW CREATE TABLE orders FORMAT Template
EXISTS orders FORMAT Template
DESCRIBE TABLE orders FORMAT Template
SHOW ENGINES FORMAT Template
SHOW FUNCTIONS FORMAT Template
SHOW SETTING max_threads FORMAT Template
SHOW DATABASES FORMAT AvroConfluent
DESCRIBE TABLE orders SETTINGS format_template_row='{file}'
DESCRIBE TABLE orders FORMAT TSV SETTINGS format_template_row='{file}'
SHOW TABLES FORMAT TSV SETTINGS format_template_row='{file}'
SHOW CREATE TABLE orders FORMAT TSV SETTINGS format_template_row='{file}'
EXISTS orders FORMAT TSV SETTINGS format_template_row='{file}'

-- Settings that name a file, an address, a table or a query
SET format_template_row = '{file}'
SET format_template_row_format = 'x'
SET format_schema = '{file}:M'
SET format_schema_source = 'query'
SET format_avro_schema_registry_url = 'http://127.0.0.1:{port}/'
SET implicit_table_at_top_level = 'private.secrets'
SET additional_result_filter = 'n IN (SELECT n FROM private.secrets)'
SET input_format_record_errors_file_path = 'shop-errors'
SET output_format_schema = '{file}'
SET rename_files_after_processing = 'x'
SET http_allow_table_as_file = 1
SET http_allow_database_as_path = 1
SET url_base = 'http://127.0.0.1:{port}/'
SET s3_base = 'http://127.0.0.1:{port}/'
SET default_format = 'Template'
SET database = 'private'
SET max_threads = 1, format_template_row = '{file}'
SET compatibility = '20.1'
SET dialect = 'prql'
SET dialect = 'kusto'
SET dialect = 'clickhouse_json'
SET polyglot_dialect = 'mysql'
SET promql_database = 'private'
SET promql_table = 'secrets'
SET log_comment = 'somebody else'
SET workload = 'x'
SET default_view_definer = 'x'
SET query_cache_tag = 'x'
SET use_query_cache = 1
SET filesystem_cache_name = 'x'
SET cluster_for_parallel_replicas = 'default'
SET send_logs_level = 'trace'
SET send_logs_source_regexp = '.*'
SET format_display_secrets_in_show_and_select = 1
SET temporary_files_codec = 'ZSTD'
SET max_bytes_before_external_group_by = 1
SET max_bytes_before_external_sort = 1
SET allow_experimental_eval_table_function = 1
SET http_response_headers = '{{}}'
SET param_t = 'private'
SET no_such_setting = 1
SELECT 1 SETTINGS param_t = 'private'
SELECT 1 SETTINGS implicit_table_at_top_level = 'private.secrets'
SELECT n SETTINGS implicit_table_at_top_level = 'private.secrets'
SELECT n FROM orders SETTINGS additional_result_filter = 'n IN (SELECT n FROM private.secrets)'
SELECT n FROM orders SETTINGS additional_table_filters = {{'shop.orders': 'n IN (SELECT n FROM private.secrets)'}}
SELECT n FROM orders SETTINGS additional_table_filters = {{}}
SELECT n FROM orders SETTINGS additional_table_filters = '{{}}'
SET additional_table_filters = '{{}}'
SET additional_table_filters = DEFAULT
SELECT n FROM orders SETTINGS input_format_record_errors_file_path = 'x'
SELECT n FROM orders SETTINGS rename_files_after_processing = 'x'
SELECT 1 SETTINGS select = 'n', filter = '1', sort = 'n', `order` = 'n'
SELECT 1 SETTINGS output_format_schema = '{file}'
SELECT 1 SETTINGS output_format_avro_confluent_subject = 'x'
SELECT 1 SETTINGS input_format_mysql_dump_table_name = 'x'
SELECT 1 SETTINGS function_implementation = 'x'
SELECT 1 SETTINGS http_response_headers = {{'Set-Cookie': 'x'}}
SELECT 1 SETTINGS session_timezone = '../../../{file}'
SELECT 1 SETTINGS session_timezone = '{file}'
SELECT 1 SETTINGS session_timezone = '/etc/passwd'
SELECT 1 SETTINGS format_csv_null_representation = '{file}'
SELECT 1 SETTINGS count_distinct_implementation = 'file'
SELECT 1 SETTINGS max_threads = {{x:UInt8}}
EXPLAIN SELECT 1 SETTINGS format_template_row = '{file}'
SHOW SETTINGS LIKE 'x' SETTINGS format_template_row = '{file}'
SELECT * APPLY(x -> (SELECT 1 SETTINGS format_template_row = '{file}')) FROM orders

-- Limits can't be raised or taken away
SET max_execution_time = 0
SET max_execution_time = 1000
SET max_execution_time = DEFAULT
SET MAX_EXECUTION_TIME = 0
SET max_result_rows = 0
SET max_result_rows = DEFAULT
SET max_memory_usage = 0
SET max_memory_usage = DEFAULT
SET max_rows_to_read = 0
SET max_rows_to_read = 100000000000
SET max_query_size = 100000000
SET max_query_size = 0
SET readonly = 0
SET readonly = 1
SET readonly = DEFAULT
SET readonly
SET final = 0
SET final = DEFAULT
SET final = false
SELECT count() FROM orders SETTINGS final = 0
SELECT count() FROM orders SETTINGS final = false
SELECT count() FROM (SELECT * FROM orders SETTINGS final = 0)
SET profile = 'default'
SET max_execution_time = -1
SET max_execution_time = 'nan'
SET max_execution_time = 'inf'
SET max_execution_time
SET max_memory_usage_for_user = 0
SET max_untracked_memory = 100000000000
SET timeout_overflow_mode = 'break'
SET read_overflow_mode = 'break'
SET max_threads = 1000
SET max_parser_depth = 1000000
SET max_parser_backtracks = 0
SET max_ast_depth = 1000000
SET max_ast_elements = 10000000
SET allow_introspection_functions = 1
SET implicit_select = 1
SET allow_ddl = 1
SET priority = 1
SELECT 1 SETTINGS max_execution_time = 1, max_execution_time = 0
SELECT 1 SETTINGS max_result_rows = 10, MAX_RESULT_ROWS = 0

-- Texts that two readers may read in two ways
SELECT $x$ ' $x$, 1 SETTINGS max_execution_time = 0 -- '
SELECT $$ ' $$ AS x SETTINGS max_execution_time = 0, max_threads = 1 -- '
SELECT /* /* */ ' */ 1 SETTINGS max_execution_time = 0 -- '
SELECT ‘x’ SETTINGS max_execution_time = 0
SELECT 1 AS `SETTINGS` SETTINGS `max_execution_time` = 0
SELECT 1 AS "x\n    TableExpression", 2 FROM private.secrets
