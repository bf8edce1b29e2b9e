// A node is freed only when no other thread is inside of pop; until then it waits, in a list with a link of its own:
// `next` may still be read by who lost the race for the node.
#include <atomic>
#include <thread>

struct Node {
  int value;
  Node* next;
  Node* next_waiting = nullptr;
};

std::atomic<Node*> head{nullptr};
std::atomic<int> in_pop{0};
std::atomic<Node*> waiting{nullptr};  // popped, not yet freed

void push(int value) {
  Node* node = new Node{value, head.load()};
  while (!head.compare_exchange_weak(node->next, node)) {
  }
}

void keep(Node* node) {
  Node* first = waiting.load();
  do {
    node->next_waiting = first;
  } while (!waiting.compare_exchange_weak(first, node));
}

void free_all(Node* node) {
  while (node != nullptr) {
    Node* next = node->next_waiting;
    delete node;
    node = next;
  }
}

void pop() {
  ++in_pop;
  Node* top = head.load();
  while (top != nullptr && !head.compare_exchange_weak(top, top->next)) {
  }
  if (top != nullptr) keep(top);
  Node* old = in_pop == 1 ? waiting.exchange(nullptr) : nullptr;
  if (--in_pop == 0) return free_all(old);  // nobody has been inside since they were popped
  while (old != nullptr) {
    Node* next = old->next_waiting;
    keep(old);
    old = next;
  }
}

int main() {
  push(1);
  push(2);
  std::thread other(pop);
  pop();
  other.join();
  free_all(waiting.load());
}
