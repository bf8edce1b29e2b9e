// Functions of libstdc++.so that work on the program's own objects: the library is not instrumented, so their accesses
// are told here. Without that, two threads could splice one list, or write to one stream, unseen.
#include "detect/race.h"
#include "hooks/hook.h"

using namespace lockstep::runtime;

namespace {

void touches(const void* p, u64 size, bool write, u64 pc) {
  if (Thread* t = running) race::plain(*t, address_of(p), size, write, pc);
}

// std::__detail::_List_node_base
struct ListNode {
  ListNode* next;
  ListNode* previous;
};

void writes_next(ListNode* node, u64 pc) { touches(&node->next, 8, true, pc); }
void writes_previous(ListNode* node, u64 pc) { touches(&node->previous, 8, true, pc); }

// std::_Rb_tree_node_base
struct TreeNode {
  u64 color;
  TreeNode* parent;
  TreeNode* left;
  TreeNode* right;
};

// The formatting width of a stream is reset by every output: the access that all of them share. The standard streams
// may be used by several threads at once.
void writes_stream(void* stream, u64 pc) {
  if (!running) return;
  static const void* standard[4];
  if (!standard[0]) {
    static const char* const kNames[] = {"_ZSt4cout", "_ZSt4cerr", "_ZSt4clog", "_ZSt5wcout"};
    for (int i = 0; i < 4; ++i) standard[i] = real_symbol(kNames[i]);
  }
  for (const void* s : standard) {
    if (s == stream) return;
  }
  // The virtual base std::ios lies at the offset that the vtable says; its members: vtable, precision, width.
  const i64 offset = *reinterpret_cast<const i64*>(*static_cast<const u64*>(stream) - 24);
  touches(static_cast<u8*>(stream) + offset + 16, 8, true, pc);
}

}  // namespace

// Calls the library's own function, found once.
#define NEXT(name, ...)     \
  using Next = __VA_ARGS__; \
  static Next* next;        \
  if (!next) next = reinterpret_cast<Next*>(real_symbol(#name))

LOCKSTEP_EXPORT void _ZNSt8__detail15_List_node_base7_M_hookEPS0_(ListNode* self, ListNode* position) {
  NEXT(_ZNSt8__detail15_List_node_base7_M_hookEPS0_, void(ListNode*, ListNode*));
  if (running) {
    touches(self, sizeof *self, true, LOCKSTEP_CALLER);
    writes_previous(position, LOCKSTEP_CALLER);
    writes_next(position->previous, LOCKSTEP_CALLER);
  }
  next(self, position);
}
LOCKSTEP_EXPORT void _ZNSt8__detail15_List_node_base9_M_unhookEv(ListNode* self) {
  NEXT(_ZNSt8__detail15_List_node_base9_M_unhookEv, void(ListNode*));
  if (running) {
    touches(self, sizeof *self, false, LOCKSTEP_CALLER);
    writes_previous(self->next, LOCKSTEP_CALLER);
    writes_next(self->previous, LOCKSTEP_CALLER);
  }
  next(self);
}
LOCKSTEP_EXPORT void _ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_(ListNode* self, ListNode* first,
                                                                          ListNode* last) {
  NEXT(_ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_, void(ListNode*, ListNode*, ListNode*));
  if (running && self != last) {
    for (ListNode* node : {self, first, last}) {
      writes_previous(node, LOCKSTEP_CALLER);
      writes_next(node->previous, LOCKSTEP_CALLER);
    }
  }
  next(self, first, last);
}
LOCKSTEP_EXPORT void _ZNSt8__detail15_List_node_base10_M_reverseEv(ListNode* self) {
  NEXT(_ZNSt8__detail15_List_node_base10_M_reverseEv, void(ListNode*));
  if (running) {
    ListNode* node = self;
    do {
      touches(node, sizeof *node, true, LOCKSTEP_CALLER);
      node = node->next;
    } while (node != self);
  }
  next(self);
}
LOCKSTEP_EXPORT void _ZNSt8__detail15_List_node_base4swapERS0_S1_(ListNode* a, ListNode* b) {
  NEXT(_ZNSt8__detail15_List_node_base4swapERS0_S1_, void(ListNode*, ListNode*));
  if (running) {
    for (ListNode* node : {a, b}) {
      touches(node, sizeof *node, true, LOCKSTEP_CALLER);
      if (node->next != node) {
        writes_previous(node->next, LOCKSTEP_CALLER);
        writes_next(node->previous, LOCKSTEP_CALLER);
      }
    }
  }
  next(a, b);
}

LOCKSTEP_EXPORT void _ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_(bool left, TreeNode* node,
                                                                                       TreeNode* parent,
                                                                                       TreeNode* header) {
  NEXT(_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_, void(bool, TreeNode*, TreeNode*, TreeNode*));
  if (running) {
    touches(node, sizeof *node, true, LOCKSTEP_CALLER);
    touches(left ? &parent->left : &parent->right, 8, true, LOCKSTEP_CALLER);
    touches(&header->parent, 8, false, LOCKSTEP_CALLER);
  }
  next(left, node, parent, header);
}
LOCKSTEP_EXPORT TreeNode* _ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_(TreeNode* node,
                                                                                       TreeNode* header) {
  NEXT(_ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_, TreeNode * (TreeNode*, TreeNode*));
  if (running) {
    touches(node, sizeof *node, true, LOCKSTEP_CALLER);
    TreeNode* parent = node->parent;
    if (parent == header || parent->parent == node) {
      touches(&header->parent, 8, true, LOCKSTEP_CALLER);
    } else {
      touches(parent->left == node ? &parent->left : &parent->right, 8, true, LOCKSTEP_CALLER);
    }
  }
  return next(node, header);
}

// Iterators go from node to node.
#define TREE_STEP(name)                                               \
  LOCKSTEP_EXPORT TreeNode* name(TreeNode* node) {                    \
    NEXT(name, TreeNode*(TreeNode*));                                 \
    if (running) touches(node, sizeof *node, false, LOCKSTEP_CALLER); \
    return next(node);                                                \
  }
TREE_STEP(_ZSt18_Rb_tree_incrementPSt18_Rb_tree_node_base)
TREE_STEP(_ZSt18_Rb_tree_incrementPKSt18_Rb_tree_node_base)
TREE_STEP(_ZSt18_Rb_tree_decrementPSt18_Rb_tree_node_base)
TREE_STEP(_ZSt18_Rb_tree_decrementPKSt18_Rb_tree_node_base)

LOCKSTEP_EXPORT void* _ZSt16__ostream_insertIcSt11char_traitsIcEERSt13basic_ostreamIT_T0_ES6_PKS3_l(void* stream,
                                                                                                    const char* text,
                                                                                                    long n) {
  NEXT(_ZSt16__ostream_insertIcSt11char_traitsIcEERSt13basic_ostreamIT_T0_ES6_PKS3_l, void*(void*, const char*, long));
  writes_stream(stream, LOCKSTEP_CALLER);
  return next(stream, text, n);
}
#define STREAM_INSERT(name, type)                        \
  LOCKSTEP_EXPORT void* name(void* stream, type value) { \
    NEXT(name, void*(void*, type));                      \
    writes_stream(stream, LOCKSTEP_CALLER);              \
    return next(stream, value);                          \
  }
STREAM_INSERT(_ZNSolsEi, int)
STREAM_INSERT(_ZNSolsEs, short)
STREAM_INSERT(_ZNSo9_M_insertIlEERSoT_, long)
STREAM_INSERT(_ZNSo9_M_insertImEERSoT_, unsigned long)
STREAM_INSERT(_ZNSo9_M_insertIxEERSoT_, long long)
STREAM_INSERT(_ZNSo9_M_insertIyEERSoT_, unsigned long long)
STREAM_INSERT(_ZNSo9_M_insertIbEERSoT_, bool)
STREAM_INSERT(_ZNSo9_M_insertIdEERSoT_, double)
STREAM_INSERT(_ZNSo9_M_insertIPKvEERSoT_, const void*)
STREAM_INSERT(_ZNSo3putEc, char)
