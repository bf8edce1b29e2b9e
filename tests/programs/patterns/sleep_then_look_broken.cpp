// expect: fail kind=assertion pattern=sleep-polling object=started
// A pause in place of synchronisation.
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

std::atomic<bool> started{false};

int main() {
  std::thread server([] { started = true; });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  assert(started);
  server.join();
}
