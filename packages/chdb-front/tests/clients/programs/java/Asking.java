import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Asks the front by JDBC at the driver's defaults; prints a name and what came, a line each. */
public class Asking {
  interface Question {
    Object answer() throws Exception;
  }

  static void tell(String name, Question question) {
    try {
      System.out.println(name + "\t" + question.answer());
    } catch (SQLException error) {
      System.out.println(name + "\t" + error.getMessage().replace('\n', ' '));
    } catch (Exception error) {
      System.out.println(name + "\terror " + error);
    }
  }

  static List<String> all(ResultSet rows, String... columns) throws SQLException {
    List<String> found = new ArrayList<>();
    try (rows) {
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (String column : columns) row.add(rows.getString(column));
        found.add(String.join(" ", row));
      }
    }
    return found;
  }

  static Connection open(String[] given, String... more) throws SQLException {
    Properties properties = new Properties();
    properties.put("user", given[1]);
    properties.put("password", given.length > 2 ? given[2] : "");
    for (int i = 0; i < more.length; i += 2) properties.put(more[i], more[i + 1]);
    return DriverManager.getConnection("jdbc:clickhouse://" + given[0] + "/shop", properties);
  }

  static int count(Connection connection, String sql) throws SQLException {
    int rows = 0;
    try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) rows++;
    }
    return rows;
  }

  public static void main(String[] given) throws Exception {
    try (Connection c = open(given)) {
      var about = c.getMetaData();
      tell("product", () -> about.getDatabaseProductName() + " " + c.isValid(5));
      tell("tables", () -> all(about.getTables(null, "shop", "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME", "TABLE_TYPE"));
      tell("every table", () -> all(about.getTables(null, "shop", "%", null), "TABLE_NAME"));
      tell("schemas", () -> all(about.getSchemas(), "TABLE_SCHEM").contains("shop"));
      tell("columns", () -> all(about.getColumns(null, "shop", "orders", "%"), "COLUMN_NAME", "TYPE_NAME"));
      tell("key", () -> all(about.getPrimaryKeys(null, "shop", "orders"), "COLUMN_NAME"));
      tell("types", () -> all(about.getTypeInfo(), "TYPE_NAME").contains("DateTime64"));
      tell("functions", () -> all(about.getFunctions(null, null, "%"), "FUNCTION_NAME").size() > 100);
      tell("row", () -> {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT * FROM orders WHERE order_id = '0'")) {
          r.next();
          return r.getString(1) + " " + r.getInt(2) + " " + r.getString(3) + " " + r.getObject("accepted_at", java.time.ZonedDateTime.class).toInstant()
              + " " + r.getObject("day", java.time.ZonedDateTime.class).toInstant() + " " + r.getDate("opened_on") + " " + r.getString("note");
        }
      });
      tell("prepared", () -> {
        try (PreparedStatement s = c.prepareStatement("SELECT count() FROM orders WHERE unit_id = ? AND outcome = ? AND accepted_at >= ?")) {
          s.setInt(1, 3000002);
          s.setString(2, "late");
          s.setTimestamp(3, Timestamp.valueOf("2026-01-01 00:00:00"));
          ResultSet r = s.executeQuery();
          r.next();
          return r.getLong(1);
        }
      });
      tell("columns of a prepared one", () -> {
        try (PreparedStatement s = c.prepareStatement("SELECT unit_id, count() AS n FROM orders WHERE unit_id = ? GROUP BY unit_id")) {
          ResultSetMetaData m = s.getMetaData();
          return m.getColumnCount() + " " + m.getColumnName(2);
        }
      });
      tell("most rows", () -> {
        try (Statement s = c.createStatement()) {
          s.setMaxRows(3);
          s.setQueryTimeout(20);
          int rows = 0;
          try (ResultSet r = s.executeQuery("SELECT number FROM numbers(10)")) {
            while (r.next()) rows++;
          }
          return rows;
        }
      });
      tell("many", () -> count(c, "SELECT number, toString(number) FROM numbers(300000)"));
      tell("none", () -> count(c, "SELECT order_id FROM orders WHERE 0"));
      tell("unknown", () -> count(c, "SELECT * FROM nowhere"));
      tell("late", () -> count(c, "SELECT number, throwIf(number = 290000, 'late') FROM numbers(300000) SETTINGS max_block_size = 1000"));
      if (given[1].equals("default")) writes(c);
    }
    String slow = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number)";
    try (Connection c = open(given, "clickhouse_setting_max_execution_time", "1")) {
      tell("time limit of the engine", () -> count(c, slow));
    }
    try (Connection c = open(given, "socket_timeout", "1500")) {
      tell("time limit of the client", () -> {
        try {
          return count(c, slow);
        } catch (SQLException error) {
          return "gave up";
        }
      });
      tell("after that", () -> count(c, "SELECT 1"));
    }
  }

  static void writes(Connection c) {
    tell("emptied", () -> c.createStatement().executeUpdate("TRUNCATE TABLE scratch"));
    tell("inserted", () -> c.createStatement().executeUpdate("INSERT INTO scratch VALUES (1, 'a'), (2, 'b')"));
    tell("batch", () -> {
      try (PreparedStatement s = c.prepareStatement("INSERT INTO scratch (n, s) VALUES (?, ?)")) {
        for (int row = 100; row < 1100; row++) {
          s.setInt(1, row);
          s.setString(2, "hàng '" + row);
          s.addBatch();
        }
        return s.executeBatch().length;
      }
    });
    tell("refused", () -> {
      try (PreparedStatement s = c.prepareStatement("INSERT INTO scratch (n, s) VALUES (?, ?)")) {
        s.setInt(1, 13);
        s.setString(2, "x");
        return s.executeUpdate();
      }
    });
    tell("kept", () -> count(c, "SELECT n FROM scratch"));
  }
}
