using LogFlow.Queue.Groups.Consumer;

namespace LogFlow.Queue.Groups;

/// <summary>
/// A group's name and committed offsets outlive its protocol: an empty group changes between the classic protocol and
/// the new one with whoever joins next. While it uses the new one, its members are those of a
/// <see cref="ConsumerGroup"/>, and this object keeps the offsets.
/// </summary>
internal sealed partial class ClassicGroup
{
    private ConsumerGroup? _consumer;

    /// <summary>The members by the new protocol; null: a classic group.</summary>
    public ConsumerGroup? Consumer
    {
        get
        {
            lock (_lock)
            {
                return _consumer;
            }
        }
    }

    /// <summary>The state by the protocol that the group uses, and how many members it has.</summary>
    public (string State, int MemberCount) Summarize()
    {
        lock (_lock)
        {
            return _consumer?.Describe() is { } consumer
                ? (consumer.State.ToString(), consumer.Members.Count)
                : (_state.ToString(), _members.Count);
        }
    }

    /// <summary>
    /// The group of the new protocol under this name, which <paramref name="create"/> makes where the classic one has
    /// no members; null: it has.
    /// </summary>
    public ConsumerGroup? BecomeConsumer(Func<ConsumerGroup> create)
    {
        lock (_lock)
        {
            if (_consumer is null && _state == GroupState.Empty && _pendingMembers.Count == 0)
            {
                _consumer = create();
                (_protocolType, _protocolName, _leaderId, _generation) = (null, null, null, 0);
            }

            return _consumer;
        }
    }

    /// <summary>Takes back a group that the store kept.</summary>
    public void RestoreConsumer(ConsumerGroup consumer)
    {
        lock (_lock)
        {
            _consumer = consumer;
        }
    }

    /// <summary>Whether no member of the new protocol stands against deleting the group. Under the lock.</summary>
    private bool TryRetireConsumer() => _consumer?.TryRetire() ?? true;

    /// <summary>
    /// Whether members may join by the classic protocol. What is left of the new one goes: if the disk refuses that, a
    /// restart prefers what this group stored later. Under the lock.
    /// </summary>
    private bool TryBecomeClassic()
    {
        if (!TryRetireConsumer())
        {
            return false;
        }

        _consumer?.Dispose();
        _consumer = null;
        return true;
    }
}
