// expect: fail kind=use-after-free|lock-misuse|deadlock|data-race
// The object with mutex and condition variable is deleted while a thread may still wait on it.
#include <condition_variable>
#include <mutex>
#include <thread>

struct Event {
  std::mutex m;
  std::condition_variable cv;
  bool set = false;
};

int main() {
  auto* e = new Event;
  std::thread waiter([e] {
    std::unique_lock lock(e->m);
    e->cv.wait(lock, [e] { return e->set; });
  });
  {
    std::lock_guard lock(e->m);
    e->set = true;
  }
  e->cv.notify_all();
  delete e;
  waiter.join();
}
