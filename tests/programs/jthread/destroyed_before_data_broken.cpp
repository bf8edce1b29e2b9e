// expect: fail kind=data-race|use-after-free
// Members are destroyed in reverse order: the vector that the thread uses goes before the jthread is joined.
#include <memory>
#include <thread>

struct Service {
  std::jthread worker;
  std::unique_ptr<int> data = std::make_unique<int>(1);
  void start() {
    worker = std::jthread([this] { *data = 2; });
  }
};

int main() {
  Service s;
  s.start();
}
