// expect: fail kind=use-after-free|lock-misuse
// A reference-counted object with an embedded mutex: the last owner deletes it inside its own critical section.
#include <mutex>
#include <thread>

struct Node {
  std::mutex m;
  int references = 2;
  void release() {
    std::lock_guard lock(m);
    if (--references == 0) delete this;
  }
};

int main() {
  auto* node = new Node;
  std::thread t([node] { node->release(); });
  node->release();
  t.join();
}
