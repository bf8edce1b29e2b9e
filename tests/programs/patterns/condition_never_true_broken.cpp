// expect: fail kind=deadlock pattern=none object=pool.changed
// Two take from a pool of one and nobody gives back: the notification came, but there is nothing to wake up for.
#include <condition_variable>
#include <mutex>
#include <thread>

struct Pool {
  std::mutex lock;
  std::condition_variable changed;
  int free = 0;

  void add() {
    std::lock_guard guard(lock);
    ++free;
    changed.notify_all();
  }
  void take() {
    std::unique_lock guard(lock);
    changed.wait(guard, [this] { return free > 0; });
    --free;
  }
};

Pool pool;

int main() {
  std::thread other([] { pool.take(); });
  pool.add();
  pool.take();
  other.join();
}
