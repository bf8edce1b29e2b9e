#include "dump/postgres.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "host/user_error.h"

namespace lockstep::dump {
namespace {

using host::UserError;

// Sessions, who blocks them, and the lock that they ask for. A transaction's id as the lock means a row that it has
// changed: which row's table is in the session's other locks, so the name of the table written to is taken from there.
constexpr char kQuery[] = R"sql(
SELECT a.pid,
       coalesce(a.usename, ''), coalesce(a.datname, ''), coalesce(a.application_name, ''),
       coalesce(a.state, ''), coalesce(a.wait_event_type, ''), coalesce(a.wait_event, ''),
       coalesce(extract(epoch FROM clock_timestamp() - a.state_change), 0)::bigint,
       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::bigint,
       coalesce(left(regexp_replace(a.query, '\s+', ' ', 'g'), 200), ''),
       array_to_string(pg_blocking_pids(a.pid), ' '),
       coalesce(l.locktype, ''), coalesce(l.mode, ''),
       coalesce(CASE WHEN l.relation IS NULL THEN NULL
                     WHEN l.database IN (0, d.oid) THEN l.relation::regclass::text
                     ELSE 'relation ' || l.relation END, ''),
       coalesce(l.transactionid::text, l.virtualxid, l.objid::text, ''),
       coalesce((SELECT r.relation::regclass::text FROM pg_locks r
                 WHERE r.pid = a.pid AND r.locktype = 'tuple' AND r.granted AND r.database = d.oid LIMIT 1),
                (SELECT r.relation::regclass::text FROM pg_locks r JOIN pg_class c ON c.oid = r.relation
                 WHERE r.pid = a.pid AND r.locktype = 'relation' AND r.granted AND r.database = d.oid
                   AND r.mode = 'RowExclusiveLock' AND c.relkind IN ('r', 'p') LIMIT 1), ''),
       a.backend_type
FROM pg_stat_activity a
LEFT JOIN LATERAL (SELECT * FROM pg_locks w WHERE w.pid = a.pid AND NOT w.granted LIMIT 1) l ON true
CROSS JOIN (SELECT oid FROM pg_database WHERE datname = current_database()) d
WHERE a.pid <> pg_backend_pid() AND (a.backend_type = 'client backend' OR l.pid IS NOT NULL)
ORDER BY a.pid
)sql";

enum Column {
  kPid,
  kUser,
  kDatabase,
  kApplication,
  kState,
  kEventType,
  kEvent,
  kStateAge,
  kTransactionAge,
  kText,
  kBlockers,
  kLockType,
  kMode,
  kRelation,
  kId,
  kTable,
  kBackend
};

// The functions of libpq that are used, by their own types.
class Library {
 public:
  Library() : handle_(dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_) {
      throw UserError("--postgres: libpq is not installed; install the package libpq5", host::kExitUnsupported);
    }
  }
  ~Library() { dlclose(handle_); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  template <typename Function>
  Function* find(const char* name) const {
    auto* found = reinterpret_cast<Function*>(dlsym(handle_, name));
    if (!found) throw UserError(fmt::format("--postgres: libpq has no {}", name), host::kExitUnsupported);
    return found;
  }

 private:
  void* handle_;
};
#define LOCKSTEP_PQ(library, name) (library).find<decltype(name)>(#name)

std::string age(long seconds) {
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} h", seconds / 3600);
}

class Rows {
 public:
  Rows(const Library& library, PGresult* result)
      : value_(LOCKSTEP_PQ(library, PQgetvalue)), count_(LOCKSTEP_PQ(library, PQntuples)(result)), result_(result) {}
  int count() const { return count_; }
  std::string text(int row, Column column) const { return value_(result_, row, column); }
  long number(int row, Column column) const { return std::atol(value_(result_, row, column)); }

 private:
  decltype(PQgetvalue)* value_;
  int count_;
  PGresult* result_;
};

// What the session asks for: `accounts`, or the row that another transaction has changed.
std::string lock_name(const Rows& rows, int row) {
  const std::string type = rows.text(row, kLockType);
  std::string relation = rows.text(row, kRelation);
  if (type == "relation" && !relation.empty()) return relation;
  const std::string table = rows.text(row, kTable);
  if (type == "transactionid") return table.empty() ? "a row" : "a row of " + table;
  if (type == "tuple") return "a row of " + relation;
  if (type == "advisory") return "advisory lock " + rows.text(row, kId);
  return type + (relation.empty() ? "" : " of " + relation);
}

Thread session(const Rows& rows, int row) {
  Thread t;
  t.tid = static_cast<int>(rows.number(row, kPid));
  const std::string who = rows.text(row, kApplication).empty() ? rows.text(row, kUser) : rows.text(row, kApplication);
  t.name = fmt::format("{} {}", who.empty() ? rows.text(row, kBackend) : who, t.tid);
  const std::string state = rows.text(row, kState);
  t.doing = rows.text(row, kText);
  std::istringstream blockers(rows.text(row, kBlockers));
  Wait w;
  for (int pid; blockers >> pid;) {
    // 0 is a prepared transaction, which no session holds any more; parallel workers block by the session's id.
    if (std::find(w.holders.begin(), w.holders.end(), pid) == w.holders.end()) w.holders.push_back(pid);
  }
  if (!rows.text(row, kLockType).empty() && !w.holders.empty()) {
    w.kind = "database lock";
    w.object = lock_name(rows, row);
    w.mode = rows.text(row, kMode);
    const bool prepared = w.holders == std::vector<int>{0};
    w.ends = prepared ? Ends::kOutside : Ends::kHolder;
    w.detail = prepared ? "held by a prepared transaction: see pg_prepared_xacts"
                        : fmt::format("for {}", age(rows.number(row, kStateAge)));
    if (prepared) w.holders.clear();
    t.wait = w;
  } else if (state.starts_with("idle in transaction")) {
    w.kind = state;
    w.ends = Ends::kOutside;
    w.holders.clear();
    w.detail = fmt::format("for {}, its transaction is {} old", age(rows.number(row, kStateAge)),
                           age(rows.number(row, kTransactionAge)));
    t.wait = w;
  } else if (state != "active") {
    w.kind = state.empty() ? rows.text(row, kEvent) : state;
    w.ends = Ends::kOutside;
    w.holders.clear();
    t.wait = w;
    t.doing.clear();
  }
  return t;
}

}  // namespace

Picture dump_postgres(const std::string& conninfo) {
  const auto start = std::chrono::steady_clock::now();
  const Library library;
  const std::unique_ptr<PGconn, decltype(PQfinish)*> connection(LOCKSTEP_PQ(library, PQconnectdb)(conninfo.c_str()),
                                                                LOCKSTEP_PQ(library, PQfinish));
  const auto complaint = [&] {
    std::string text = LOCKSTEP_PQ(library, PQerrorMessage)(connection.get());
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  };
  if (LOCKSTEP_PQ(library, PQstatus)(connection.get()) != CONNECTION_OK) {
    throw UserError(fmt::format("--postgres: {}", complaint()));
  }
  const std::unique_ptr<PGresult, decltype(PQclear)*> result(LOCKSTEP_PQ(library, PQexec)(connection.get(), kQuery),
                                                             LOCKSTEP_PQ(library, PQclear));
  if (LOCKSTEP_PQ(library, PQresultStatus)(result.get()) != PGRES_TUPLES_OK) {
    throw UserError(fmt::format("--postgres: {}", complaint()), host::kExitUnsupported);
  }
  Picture out;
  out.source = "postgres";
  out.program = LOCKSTEP_PQ(library, PQdb)(connection.get());
  const Rows rows(library, result.get());
  bool hidden = false;
  for (int row = 0; row < rows.count(); ++row) {
    out.threads.push_back(session(rows, row));
    hidden |= out.threads.back().doing == "<insufficient privilege>";
  }
  // A holder that is no client (autovacuum, a walsender) is not among the sessions.
  if (hidden)
    out.notes.emplace_back("queries of other users are hidden: connect as a member of pg_read_all_stats to see them");
  judge(&out);
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace lockstep::dump
