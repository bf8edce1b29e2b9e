// expect: pass
// condition_variable_any with the stop token: the stop request ends the wait.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable_any cv;
bool work_available;

int main() {
  std::jthread t([](std::stop_token token) {
    std::unique_lock lock(m);
    cv.wait(lock, token, [] { return work_available; });
  });
}
