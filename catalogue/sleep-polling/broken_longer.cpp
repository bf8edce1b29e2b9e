// After the first report in production the sleep was made longer, and a second try added.
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

std::atomic<bool> listening{false};

bool connect() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::this_thread::sleep_for(std::chrono::seconds(5));
    if (listening) return true;
  }
  return false;
}

int main() {
  std::thread server([] { listening = true; });
  assert(connect() && "the server is up");
  server.join();
}
