// expect: fail kind=leak
// Two objects own each other.
#include <memory>
#include <thread>

struct Peer {
  std::shared_ptr<Peer> other;
};

int main() {
  std::thread t([] {
    auto a = std::make_shared<Peer>();
    auto b = std::make_shared<Peer>();
    a->other = b;
    b->other = a;
  });
  t.join();
}
