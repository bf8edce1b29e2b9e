// expect: fail kind=deadlock pattern=lost-wakeup object=tickets.changed
// Two tickets are given out, and the flag can say only that there is one.
#include <condition_variable>
#include <mutex>
#include <thread>

struct Tickets {
  std::mutex mutex;
  std::condition_variable changed;
  bool there = false;

  void give() {
    std::lock_guard lock(mutex);
    there = true;
    changed.notify_one();
  }
  void take() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return there; });
    there = false;
  }
} tickets;

int main() {
  std::thread first([] { tickets.take(); }), second([] { tickets.take(); });
  tickets.give();
  tickets.give();
  first.join();
  second.join();
}
