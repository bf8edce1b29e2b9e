// expect: pass
// notify_all_at_thread_exit notifies after the thread's thread_local objects are destroyed.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
bool done;

int main() {
  std::thread t([] {
    std::unique_lock lock(m);
    done = true;
    std::notify_all_at_thread_exit(cv, std::move(lock));
  });
  {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return done; });
  }
  t.join();
  assert(done);
}
