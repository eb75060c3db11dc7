module shop/clients

go 1.24.0

require github.com/ClickHouse/clickhouse-go/v2 v2.51.0
