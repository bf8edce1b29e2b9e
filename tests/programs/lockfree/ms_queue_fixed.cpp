// expect: pass
// A Michael-Scott queue: two enqueuers that help each other move the tail; nodes are freed at the end.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value = 0;
  std::atomic<Node*> next{nullptr};
};
Node dummy;
std::atomic<Node*> tail{&dummy};

void enqueue(Node* node) {
  for (;;) {
    Node* last = tail.load();
    Node* next = last->next.load();
    if (next != nullptr) {
      tail.compare_exchange_strong(last, next);
      continue;
    }
    if (last->next.compare_exchange_strong(next, node)) {
      tail.compare_exchange_strong(last, node);
      return;
    }
  }
}

int main() {
  Node a, b;
  a.value = 1;
  b.value = 2;
  std::thread t([&] { enqueue(&a); });
  enqueue(&b);
  t.join();
  int sum = 0;
  for (Node* n = dummy.next; n != nullptr; n = n->next) sum += n->value;
  assert(sum == 3);
}
