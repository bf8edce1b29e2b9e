// expect: fail kind=crash
// Nobody handles SIGTERM: it ends the process in the orders where the flag is set late.
#include <atomic>
#include <csignal>
#include <thread>

std::atomic<bool> finished{false};

int main() {
  std::thread t([] { finished = true; });
  if (!finished) std::raise(SIGTERM);
  t.join();
}
