// expect: pass
// The jthread is the last member, so it is joined first.
#include <memory>
#include <thread>

struct Service {
  std::unique_ptr<int> data = std::make_unique<int>(1);
  std::jthread worker;
  void start() {
    worker = std::jthread([this] { *data = 2; });
  }
};

int main() {
  Service s;
  s.start();
}
