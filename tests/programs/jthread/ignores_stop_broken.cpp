// expect: fail kind=deadlock
// The worker waits on a condition variable that the stop request does not reach: the destructor's join hangs.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
bool work_available;

int main() {
  std::jthread t([](std::stop_token token) {
    std::unique_lock lock(m);
    cv.wait(lock, [&] { return work_available || token.stop_requested(); });
  });
}
