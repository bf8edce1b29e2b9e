// Either the writer sees the announcement or the reader sees that the node was removed.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value;
};

std::atomic<Node*> head{nullptr}, hazard{nullptr};

void use() {
  Node* node = head.load();
  for (;;) {
    hazard.store(node);
    Node* again = head.load();
    if (again == node) break;
    node = again;
  }
  assert(node->value > 0);
  hazard.store(nullptr, std::memory_order_release);
}

int main() {
  head = new Node{1};
  std::thread reader(use);
  Node* old = head.exchange(new Node{2});
  while (hazard.load() == old) {
  }
  delete old;
  reader.join();
  delete head.load();
}
