//! Asks the front with the crate `clickhouse` at its defaults (LZ4 frames); prints a name and what came, a line each.
use clickhouse::{error::Error, Client, Row};
use serde::{Deserialize, Serialize};

#[derive(Row, Serialize, Deserialize)]
struct Scratch {
    n: u32,
    s: String,
}

fn tell<T: std::fmt::Debug>(name: &str, came: Result<T, Error>) {
    match came {
        Ok(value) => println!("{name}\t{value:?}"),
        Err(Error::BadResponse(text)) => println!("{name}\t{}", text.replace('\n', " ")),
        Err(error) => println!("{name}\terror {error}"),
    }
}

async fn insert(client: &Client, from: u32, to: u32) -> Result<(), Error> {
    let mut insert = client.insert::<Scratch>("scratch").await?;
    for n in from..to {
        insert.write(&Scratch { n, s: format!("row {n}") }).await?;
    }
    insert.end().await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let given: Vec<String> = std::env::args().collect();
    let client = Client::default().with_url(&given[1]).with_user(&given[2]).with_password(&given[3]).with_database("shop");
    let count = "SELECT count() FROM orders WHERE unit_id = ";
    tell("placed", client.query(&format!("{count} ?")).bind(3000001u32).fetch_one::<u64>().await);
    tell("named", client.query(&format!("{count} {{unit:UInt32}}")).param("unit", 3000001u32).fetch_one::<u64>().await);
    let many = "SELECT ?fields FROM (SELECT number::UInt32 AS n, toString(number) AS s FROM numbers(100000))";
    tell("many", client.query(many).fetch_all::<Scratch>().await.map(|rows| rows.len()));
    tell("unknown", client.query("SELECT count() FROM nowhere").fetch_one::<u64>().await);
    let late = "SELECT number, throwIf(number = 290000, 'late') FROM numbers(300000) SETTINGS max_block_size = 1000";
    tell("late", client.query(late).fetch_all::<(u64, u8)>().await.map(|rows| rows.len()));
    if given[2] == "default" {
        tell("emptied", client.query("TRUNCATE TABLE scratch").execute().await);
        tell("inserted", insert(&client, 1000, 11000).await);
        tell("refused", insert(&client, 10, 20).await);
        tell("kept", client.query("SELECT count() FROM scratch").fetch_one::<u64>().await);
    }
}
