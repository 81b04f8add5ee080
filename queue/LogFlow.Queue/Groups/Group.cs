using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// One consumer group: its name, its offsets, and who is in it. Name and offsets outlive the protocol by which members
/// join (<see cref="IMembership"/>), which may be the classic one, the new one (KIP-848), or none so far.
/// <para>A state machine over an injected clock: every call takes the one lock of the group, moves the state, hands
/// what changed to the store in that order, and completes the answers that the move allows. Nothing in here blocks or
/// touches a socket.</para>
/// </summary>
internal sealed partial class Group : IDisposable
{
    private readonly GroupOffsets _offsets = new();
    private IMembership _membership;
    private bool _isDead;

    public Group(string groupId, GroupEnvironment environment)
    {
        GroupId = groupId;
        Environment = environment;
        _membership = new NoMembership(this);
    }

    public string GroupId { get; }

    public GroupEnvironment Environment { get; }

    /// <summary>
    /// Guards all of the group: offsets, membership and members. The store's own locks are taken inside, nothing else.
    /// </summary>
    public Lock Lock { get; } = new();

    /// <summary>Deleted; whoever still holds a reference must look the group up again.</summary>
    public bool IsDead
    {
        get
        {
            lock (Lock)
            {
                return _isDead;
            }
        }
    }

    /// <summary>Type, protocol, state and size as they are listed.</summary>
    public GroupListing Describe()
    {
        lock (Lock)
        {
            return new GroupListing(
                _membership.GroupType, _membership.ProtocolType, _membership.StateName, _membership.MemberCount);
        }
    }

    /// <summary>Null: not a classic group.</summary>
    public GroupSnapshot? DescribeClassic()
    {
        lock (Lock)
        {
            return _membership.DescribeClassic();
        }
    }

    /// <summary>Null: not a group of the new protocol.</summary>
    public ConsumerGroupSnapshot? DescribeConsumer()
    {
        lock (Lock)
        {
            return _membership.DescribeConsumer();
        }
    }

    /// <summary>
    /// Whether a member of the group reads <paramref name="topic"/>; unknown assignors count as reading.
    /// </summary>
    public bool IsSubscribedTo(string topic)
    {
        lock (Lock)
        {
            return _membership.IsSubscribedTo(topic);
        }
    }

    /// <summary>Takes over what the store kept; every member gets a whole session to be heard from.</summary>
    public void Restore(GroupSnapshot snapshot)
    {
        lock (Lock)
        {
            var classic = new ClassicMembership(this);
            Become(classic);
            classic.Restore(snapshot);
        }
    }

    /// <summary>Takes over a group of the new protocol that the store kept.</summary>
    public void Restore(ConsumerGroupSnapshot snapshot)
    {
        lock (Lock)
        {
            var consumer = new ConsumerMembership(this, []);
            Become(consumer);
            consumer.Restore(snapshot);
        }
    }

    /// <summary>Ends the group if it has no members; its offsets go with it, in one step.</summary>
    public async ValueTask<ErrorCode> DeleteAsync()
    {
        ValueTask<ErrorCode> deletion;
        lock (Lock)
        {
            if (_isDead)
            {
                return ErrorCode.GroupIdNotFound;
            }

            if (!_membership.IsEmpty)
            {
                return ErrorCode.NonEmptyGroup;
            }

            // Nobody may join or commit between here and the disk's answer.
            _isDead = true;
            try
            {
                deletion = Environment.Store.DeleteGroupAsync(
                    _offsets.DescribeDeletion(GroupId, _membership.StoredMemberIds));
            }
            catch
            {
                _isDead = false;
                throw;
            }
        }

        var error = ErrorCode.UnknownServerError;
        try
        {
            error = await deletion;
        }
        finally
        {
            if (error != ErrorCode.None)
            {
                Revive();
            }
        }

        return error == ErrorCode.None ? ErrorCode.None : ErrorCode.CoordinatorNotAvailable;
    }

    public void Dispose()
    {
        lock (Lock)
        {
            _membership.Dispose();
        }
    }

    private void Revive()
    {
        lock (Lock)
        {
            _isDead = false;
        }
    }
}
