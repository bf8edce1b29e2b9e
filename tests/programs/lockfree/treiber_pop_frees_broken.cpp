// expect: fail kind=use-after-free|data-race|double-free
// pop deletes its node at once; another pop may still be reading that node's `next`.
#include <atomic>
#include <thread>

struct Node {
  Node* next;
};
std::atomic<Node*> head{nullptr};

void pop() {
  Node* n = head.load();
  while (n != nullptr && !head.compare_exchange_strong(n, n->next)) {
  }
  delete n;
}

int main() {
  head = new Node{nullptr};
  head = new Node{head};
  std::thread t(pop);
  pop();
  t.join();
}
