// "Surely it is up by now."
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

std::atomic<bool> listening{false};

int main() {
  std::thread server([] { listening = true; });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  assert(listening && "the server is up");
  server.join();
}
