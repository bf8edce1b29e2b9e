// expect: fail kind=assertion
// The worker leaves when it is told to stop even if a job is still queued.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
int jobs, done;
bool stop;

int main() {
  std::thread worker([] {
    std::unique_lock lock(m);
    while (!stop) {
      if (jobs > 0) {
        --jobs;
        ++done;
      } else {
        cv.wait(lock);
      }
    }
  });
  {
    std::lock_guard lock(m);
    ++jobs;
    cv.notify_one();
  }
  {
    std::lock_guard lock(m);
    stop = true;
    cv.notify_one();
  }
  worker.join();
  assert(done == 1);
}
