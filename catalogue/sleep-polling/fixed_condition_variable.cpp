// Told when it is so, however long it takes.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
bool listening = false;

int main() {
  std::thread server([] {
    std::lock_guard lock(mutex);
    listening = true;
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [] { return listening; });
    assert(listening && "the server is up");
  }
  server.join();
}
