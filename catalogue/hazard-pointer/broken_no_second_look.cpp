// The node is freed after it was loaded and before it was announced: the announcement protects nothing.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value;
};

std::atomic<Node*> head{nullptr}, hazard{nullptr};

void use() {
  Node* node = head.load();
  hazard.store(node);
  assert(node->value > 0);
  hazard.store(nullptr);
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
