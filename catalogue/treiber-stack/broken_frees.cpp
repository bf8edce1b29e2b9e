// `top->next` is read after the head was: meanwhile the other pop may have freed that node.
#include <atomic>
#include <thread>

struct Node {
  int value;
  Node* next;
};

std::atomic<Node*> head{nullptr};

void push(int value) {
  Node* node = new Node{value, head.load()};
  while (!head.compare_exchange_weak(node->next, node)) {
  }
}

void pop() {
  Node* top = head.load();
  while (top != nullptr && !head.compare_exchange_weak(top, top->next)) {
  }
  delete top;
}

int main() {
  push(1);
  push(2);
  std::thread other(pop);
  pop();
  other.join();
}
