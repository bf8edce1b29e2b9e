// The announcement is a store, the second look a load of something else: release and acquire leave them unordered.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value;
};

std::atomic<Node*> head{nullptr}, hazard{nullptr};

void use() {
  Node* node = head.load(std::memory_order_acquire);
  for (;;) {
    hazard.store(node, std::memory_order_release);
    Node* again = head.load(std::memory_order_acquire);
    if (again == node) break;
    node = again;
  }
  assert(node->value > 0);
  hazard.store(nullptr, std::memory_order_release);
}

int main() {
  head = new Node{1};
  std::thread reader(use);
  Node* old = head.exchange(new Node{2}, std::memory_order_acq_rel);
  while (hazard.load(std::memory_order_acquire) == old) {
  }
  delete old;
  reader.join();
  delete head.load();
}
