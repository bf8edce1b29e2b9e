// The exchange is atomic; that what the node holds was written before it takes a release, and an acquire in pop.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value;
  Node* next;
};

std::atomic<Node*> head{nullptr};
Node node{0, nullptr};

void push(int value) {
  node.value = value;
  node.next = head.load(std::memory_order_relaxed);
  while (!head.compare_exchange_weak(node.next, &node, std::memory_order_relaxed)) {
  }
}

int main() {
  std::thread producer(push, 7);
  if (Node* top = head.load(std::memory_order_relaxed)) assert(top->value == 7);
  producer.join();
}
