// The flag is what one sleeps on.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> listening{false};

int main() {
  std::thread server([] {
    listening = true;
    listening.notify_one();
  });
  listening.wait(false);
  assert(listening && "the server is up");
  server.join();
}
