// What has to be over is waited for.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> initialised{false};

int main() {
  std::thread starter([] { initialised = true; });
  starter.join();
  assert(initialised && "the server is up");
}
