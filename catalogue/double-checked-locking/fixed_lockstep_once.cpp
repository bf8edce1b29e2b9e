// once: the check outside is one acquire load; if the function throws, the next caller runs it again.
#include <lockstep/sync/once.h>

#include <cassert>
#include <memory>
#include <thread>

struct Settings {
  int timeout = 30;
};

class Service {
 public:
  Settings& settings() {
    loaded_.call([this] { settings_ = std::make_unique<Settings>(); });
    return *settings_;
  }

 private:
  lockstep::sync::once loaded_;
  std::unique_ptr<Settings> settings_;
};

int main() {
  Service service;
  std::thread other([&] { assert(service.settings().timeout == 30); });
  assert(service.settings().timeout == 30);
  other.join();
}
