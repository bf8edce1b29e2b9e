// Looking at the graph and becoming part of it are one critical section.
#include <array>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

// Two rows, two sessions. Each row has an owner, each session a row it waits for; -1 is none.
class LockManager {
 public:
  // False if waiting would close a cycle.
  bool lock(int session, int row) {
    std::unique_lock lock(mutex_);
    if (closes_cycle(session, row)) return false;
    waits_for_[session] = row;
    freed_.wait(lock, [&] { return owner_[row] == -1; });
    waits_for_[session] = -1;
    owner_[row] = session;
    return true;
  }
  void unlock(int row) {
    const std::lock_guard lock(mutex_);
    owner_[row] = -1;
    freed_.notify_all();
  }

 private:
  // Follows the edges: the row, its owner, the row that one waits for, ...
  bool closes_cycle(int session, int row) const {
    while (row != -1 && owner_[row] != -1) {
      if (owner_[row] == session) return true;
      row = waits_for_[owner_[row]];
    }
    return false;
  }

  std::mutex mutex_;
  std::condition_variable freed_;
  std::array<int, 2> owner_ = {-1, -1}, waits_for_ = {-1, -1};
};

LockManager rows;
int committed = 0;  // guarded by holding both rows

// False: it was chosen as the victim, and has rolled back.
bool update(int session, int first, int second) {
  rows.lock(session, first);  // holds nothing yet, so this closes no cycle
  const bool both = rows.lock(session, second);
  if (both) {
    ++committed;
    rows.unlock(second);
  }
  rows.unlock(first);
  return both;
}

int main() {
  bool done = true;
  std::thread other([&] { done = update(1, 1, 0); });
  const bool mine = update(0, 0, 1);
  other.join();
  if (!mine) update(0, 0, 1);  // the victim begins anew when the other one is through
  if (!done) update(1, 1, 0);
  assert(committed == 2);
}
