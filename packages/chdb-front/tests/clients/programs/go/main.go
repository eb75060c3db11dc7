// Asks the front with clickhouse-go over HTTP: ADDRESS PACKING USER PASSWORD; prints a name and what came, a line each.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
)

var packings = map[string]ch.CompressionMethod{
	"none": ch.CompressionNone, "lz4": ch.CompressionLZ4, "zstd": ch.CompressionZSTD,
	"gzip": ch.CompressionGZIP, "deflate": ch.CompressionDeflate, "br": ch.CompressionBrotli,
}

func code(err error) string {
	var exception *ch.Exception
	if errors.As(err, &exception) {
		return fmt.Sprint(exception.Code)
	}
	return fmt.Sprint(err)
}

func tell(name string, err error, value any) {
	if err != nil {
		value = "error: " + err.Error()
	}
	fmt.Printf("%s\t%v\n", name, value)
}

func main() {
	ctx := context.Background()
	options := &ch.Options{
		Addr: []string{os.Args[1]}, Protocol: ch.HTTP, Auth: ch.Auth{Database: "shop", Username: os.Args[3], Password: os.Args[4]},
	}
	if os.Args[2] != "default" {
		options.Compression = &ch.Compression{Method: packings[os.Args[2]]}
	}
	conn, err := ch.Open(options)
	if err != nil {
		panic(err)
	}
	var id, outcome string
	var unit uint32
	var at, day time.Time
	var tags []string
	err = conn.QueryRow(ctx, "SELECT order_id, unit_id, toString(outcome), accepted_at, day, tags FROM orders WHERE order_id = '0'").Scan(&id, &unit, &outcome, &at, &day, &tags)
	tell("row", err, fmt.Sprint(id, " ", unit, " ", outcome, " ", at.Format(time.RFC3339), " ", day.Format(time.RFC3339), " ", tags))
	err = conn.QueryRow(ctx, "SELECT toStartOfDay(accepted_at) FROM orders WHERE order_id = '5'").Scan(&day)
	tell("day", err, day.Format(time.RFC3339))
	var n uint64
	err = conn.QueryRow(ctx, "SELECT count() FROM orders WHERE unit_id = {unit:UInt32}", ch.Named("unit", "3000001")).Scan(&n)
	tell("named", err, n)
	err = conn.QueryRow(ctx, "SELECT count() FROM orders WHERE unit_id = ?", 3000001).Scan(&n)
	tell("placed", err, n)
	tell("unknown", nil, code(conn.QueryRow(ctx, "SELECT * FROM nowhere").Scan(&n)))
	rows, err := conn.Query(ctx, "SELECT number, throwIf(number = 290000, 'late') FROM numbers(300000) SETTINGS max_block_size = 1000")
	if err == nil {
		for rows.Next() {
		}
		err = rows.Err()
	}
	tell("late", nil, code(err))
	for name, patience := range map[string]time.Duration{"short": 3 * time.Second, "long": time.Hour} {
		waiting, done := context.WithTimeout(ctx, patience)
		tell(name, conn.QueryRow(waiting, "SELECT count() FROM orders").Scan(&n), n)
		done()
	}
	// As the driver's own page begins: database/sql, with a setting for everything that is asked.
	options.Settings = ch.Settings{"max_execution_time": 60}
	options.DialTimeout = 30 * time.Second
	db := ch.OpenDB(options)
	tell("pinged", db.PingContext(ctx), true)
	tell("sql", db.QueryRowContext(ctx, "SELECT count() FROM orders WHERE unit_id = ?", 3000001).Scan(&n), n)
	dsn, err := sql.Open("clickhouse", fmt.Sprintf("http://%s:%s@%s/shop?dial_timeout=10s&max_execution_time=60", os.Args[3], os.Args[4], os.Args[1]))
	tell("dsn", err, "opened")
	tell("asked", dsn.QueryRowContext(ctx, "SELECT count() FROM late").Scan(&n), n)
	if os.Args[3] != "default" {
		tell("emptied", nil, code(conn.Exec(ctx, "TRUNCATE TABLE scratch")))
		return
	}
	if err = conn.Exec(ctx, "TRUNCATE TABLE scratch"); err != nil {
		panic(err)
	}
	tell("batch", insert(ctx, conn, 1000, 14), count(ctx, conn))
	tell("refused", nil, code(insert(ctx, conn, 20, 13)))
	tell("kept", nil, count(ctx, conn))
}

func insert(ctx context.Context, conn ch.Conn, rows int, last uint32) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO scratch (n, s)")
	if err != nil {
		return err
	}
	for row := 1; row < rows; row++ {
		if err = batch.Append(uint32(row+1000), "x"); err != nil {
			return err
		}
	}
	if err = batch.Append(last, "last"); err != nil {
		return err
	}
	return batch.Send()
}

func count(ctx context.Context, conn ch.Conn) string {
	var n uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM scratch").Scan(&n); err != nil {
		return err.Error()
	}
	return fmt.Sprint(n)
}
