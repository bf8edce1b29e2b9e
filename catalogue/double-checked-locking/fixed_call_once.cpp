// For members: the flag lies beside what it guards.
#include <cassert>
#include <memory>
#include <mutex>
#include <thread>

struct Settings {
  int timeout = 30;
};

class Service {
 public:
  Settings& settings() {
    std::call_once(once_, [this] { settings_ = std::make_unique<Settings>(); });
    return *settings_;
  }

 private:
  std::once_flag once_;
  std::unique_ptr<Settings> settings_;
};

int main() {
  Service service;
  std::thread other([&] { assert(service.settings().timeout == 30); });
  assert(service.settings().timeout == 30);
  other.join();
}
