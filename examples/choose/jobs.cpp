// Fifty background jobs poll a database: threads or coroutines?
//
//     jobs                              both, one after the other, and what each cost
//     jobs threads|coroutines [JOBS] [SECONDS]
//
// Each job looks every 50 ms whether there is work in its queue (SQLite), and does it. The database blocks, so the
// coroutines hand each query to a thread of a pool; they save the stacks of the jobs that sleep, and pay for the way to
// the pool and back. For fifty jobs the stacks are nothing: the threads are the simpler program, and no dearer. For
// thousands it is the other way round (jobs threads 2000).
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/time.h"
#include "lockstep/async/to_thread.h"

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

constexpr auto kEvery = 50ms;

class database {
 public:
  explicit database(const std::string& file) {
    sqlite3* opened = nullptr;
    if (sqlite3_open(file.c_str(), &opened) != SQLITE_OK) throw std::runtime_error("cannot open " + file);
    connection_.reset(opened);
    sqlite3_busy_timeout(opened, 10'000);
  }
  void run(const char* sql) {
    char* error = nullptr;
    if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, &error) == SQLITE_OK) return;
    std::string text = error ? error : "unknown";
    sqlite3_free(error);
    throw std::runtime_error(std::string(sql) + ": " + text);
  }
  /// The number of things to do in a queue.
  int waiting(int queue) {
    sqlite3_stmt* prepared = nullptr;
    if (!select_) {
      if (sqlite3_prepare_v2(connection_.get(), "SELECT count(*) FROM work WHERE queue = ? AND done = 0", -1, &prepared,
                             nullptr) != SQLITE_OK) {
        throw std::runtime_error(sqlite3_errmsg(connection_.get()));
      }
      select_.reset(prepared);
    }
    sqlite3_reset(select_.get());
    sqlite3_bind_int(select_.get(), 1, queue);
    if (sqlite3_step(select_.get()) != SQLITE_ROW) throw std::runtime_error(sqlite3_errmsg(connection_.get()));
    return sqlite3_column_int(select_.get(), 0);
  }

 private:
  struct closing {
    void operator()(sqlite3* c) const { sqlite3_close(c); }
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3, closing> connection_;
  std::unique_ptr<sqlite3_stmt, closing> select_;  // before the connection at the end
};

/// How late the polls were.
class lateness {
 public:
  void add(steady::time_point due) {
    auto late = std::chrono::duration<double, std::milli>(steady::now() - due).count();
    std::scoped_lock lock(mutex_);
    milliseconds_.push_back(late);
  }
  std::size_t count() const { return milliseconds_.size(); }
  double at(double part) {
    if (milliseconds_.empty()) return 0;
    auto n = static_cast<std::ptrdiff_t>(part * static_cast<double>(milliseconds_.size() - 1));
    std::nth_element(milliseconds_.begin(), milliseconds_.begin() + n, milliseconds_.end());
    return milliseconds_[static_cast<std::size_t>(n)];
  }

 private:
  std::mutex mutex_;
  std::vector<double> milliseconds_;
};

/// The jobs are spread over the interval.
steady::time_point first_poll(steady::time_point start, int job, int jobs) { return start + kEvery * job / jobs; }

void by_threads(const std::string& file, int jobs, steady::time_point start, steady::time_point end, lateness& late) {
  std::vector<std::jthread> threads;
  for (int job = 0; job < jobs; ++job) {
    threads.emplace_back([&, job] {
      database db(file);
      for (auto due = first_poll(start, job, jobs); due < end; due += kEvery) {
        std::this_thread::sleep_until(due);
        late.add(due);
        db.waiting(job);
      }
    });
  }
}

lockstep::async::task<> poll(std::string file, int job, int jobs, steady::time_point start, steady::time_point end,
                             lateness& late) {
  database db(file);
  for (auto due = first_poll(start, job, jobs); due < end; due += kEvery) {
    co_await lockstep::async::sleep_until(due);
    late.add(due);
    auto query = [&db, job] { return db.waiting(job); };
    co_await lockstep::async::to_thread(query);
  }
}
void by_coroutines(const std::string& file, int jobs, steady::time_point start, steady::time_point end,
                   lateness& late) {
  auto all = [&](lockstep::async::scope& s) -> lockstep::async::task<> {
    for (int job = 0; job < jobs; ++job) s.spawn(poll(file, job, jobs, start, end, late));
    co_return;
  };
  lockstep::async::run(lockstep::async::with_scope(all));
}

double processor_seconds(const rusage& u) {
  auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return seconds(u.ru_utime) + seconds(u.ru_stime);
}

void measure(const std::string& who, const std::string& file, int jobs, double seconds) {
  lateness late;
  auto start = steady::now() + 300ms;  // all have begun
  auto end = start + std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(seconds));
  (who == "threads" ? by_threads : by_coroutines)(file, jobs, start, end, late);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  std::printf("| %s | %d | %zu | %.0f | %.1f | %.2f | %.2f |\n", who.c_str(), jobs, late.count(),
              processor_seconds(used) * 1e6 / static_cast<double>(std::max<std::size_t>(late.count(), 1)),
              static_cast<double>(used.ru_maxrss) / 1024, late.at(0.5), late.at(0.99));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::string who = argc > 1 ? argv[1] : "both";
  int jobs = argc > 2 ? std::atoi(argv[2]) : 50;
  double seconds = argc > 3 ? std::atof(argv[3]) : 3;
  if ((who != "both" && who != "threads" && who != "coroutines") || jobs < 1 || seconds <= 0) {
    std::fprintf(stderr, "jobs [both|threads|coroutines [JOBS [SECONDS]]]\n");
    return 2;
  }
  std::string file = (std::filesystem::temp_directory_path() / ("jobs-" + std::to_string(::getpid()) + ".db")).string();
  {
    database db(file);
    db.run("PRAGMA journal_mode = WAL");
    db.run("CREATE TABLE work (queue INTEGER, done INTEGER)");
    db.run("CREATE INDEX by_queue ON work (queue, done)");
    db.run("BEGIN");
    for (int i = 0; i < 1000; ++i) db.run("INSERT INTO work VALUES (abs(random()) % 50, abs(random()) % 2)");
    db.run("COMMIT");
  }
  std::puts(
      "| who | jobs | polls | CPU us a poll | MB at most | ms late, median | 99 of 100 "
      "|\n|---|---|---|---|---|---|---|");
  std::fflush(stdout);
  int status = 0;
  for (const char* one : {"threads", "coroutines"}) {
    if (who != "both" && who != one) continue;
    // A process each: memory and processor time are its own.
    pid_t child = ::fork();
    if (child == 0) {
      measure(one, file, jobs, seconds);
      ::_exit(0);
    }
    int ended = 0;
    if (child < 0 || ::waitpid(child, &ended, 0) != child || ended != 0) status = 1;
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
  return status;
}
