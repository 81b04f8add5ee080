namespace LogFlow.Queue;

/// <summary>
/// Spreads all partitions evenly over the members and moves few: what a member had it keeps, but for what makes the
/// loads more equal. With equal subscriptions no two members differ by more than one partition; with different ones no
/// single partition could move to a member with fewer and make them more equal.
/// </summary>
internal sealed class UniformPartitionAssignor : IPartitionAssignor
{
    public const string AssignorName = "uniform";

    public string Name => AssignorName;

    public IReadOnlyDictionary<string, PartitionAssignment> Assign(IReadOnlyList<AssignmentInput> members)
    {
        var plan = new Plan(members);
        plan.KeepWhatMembersHave();
        plan.GiveOutTheRest();
        plan.Level();
        return plan.Build();
    }

    private sealed class Plan
    {
        private readonly List<Share> _shares = [];
        private readonly Dictionary<GroupTopic, List<Share>> _subscribers = [];

        // Partitions of each topic that nobody has (yet), highest first: they are given out from the lowest.
        private readonly Dictionary<GroupTopic, Stack<int>> _free = [];

        public Plan(IReadOnlyList<AssignmentInput> members)
        {
            foreach (var member in members.OrderBy(member => member.MemberId, StringComparer.Ordinal))
            {
                var share = new Share(member);
                _shares.Add(share);
                foreach (var topic in member.Topics)
                {
                    if (!_subscribers.TryGetValue(topic, out var subscribers))
                    {
                        _subscribers[topic] = subscribers = [];
                    }

                    subscribers.Add(share);
                }
            }
        }

        /// <summary>What a member had and still wants it keeps for now, be it too much.</summary>
        public void KeepWhatMembersHave()
        {
            foreach (var (topic, subscribers) in _subscribers)
            {
                var isTaken = new bool[topic.PartitionCount];
                foreach (var share in subscribers)
                {
                    foreach (var partition in share.Member.Current.Topics.GetValueOrDefault(topic.Id) ?? [])
                    {
                        if (partition < topic.PartitionCount && !isTaken[partition])
                        {
                            isTaken[partition] = true;
                            share.Given.Add(topic.Id, partition);
                        }
                    }
                }

                var free = new Stack<int>();
                for (var partition = topic.PartitionCount - 1; partition >= 0; partition--)
                {
                    if (!isTaken[partition])
                    {
                        free.Push(partition);
                    }
                }

                _free.Add(topic, free);
            }
        }

        /// <summary>
        /// The topics with the fewest subscribers first, since the others have more choice; each partition goes to the
        /// subscriber that has the least.
        /// </summary>
        public void GiveOutTheRest()
        {
            foreach (var (topic, free) in _free.OrderBy(topic => _subscribers[topic.Key].Count))
            {
                if (free.Count == 0)
                {
                    continue;
                }

                var byLoad = new PriorityQueue<Share, (int Load, int Order)>();
                foreach (var share in _subscribers[topic])
                {
                    byLoad.Enqueue(share, (share.Given.Count, byLoad.Count));
                }

                while (free.TryPop(out var partition))
                {
                    byLoad.TryDequeue(out var least, out var priority);
                    least!.Given.Add(topic.Id, partition);
                    byLoad.Enqueue(least, (least.Given.Count, priority.Order));
                }
            }
        }

        /// <summary>
        /// Moves one partition at a time from the fullest owner of a topic to its emptiest subscriber while that makes
        /// them more equal; what was given last moves first. Each move makes the sum of the squares of the loads
        /// smaller, so this ends.
        /// </summary>
        public void Level()
        {
            bool hasMoved;
            do
            {
                hasMoved = false;
                foreach (var (topic, subscribers) in _subscribers)
                {
                    while (FindMove(topic, subscribers) is (var from, var to))
                    {
                        to.Given.Add(topic.Id, from.Given.RemoveLast(topic.Id));
                        hasMoved = true;
                    }
                }
            }
            while (hasMoved);
        }

        public Dictionary<string, PartitionAssignment> Build() =>
            _shares.ToDictionary(share => share.Member.MemberId, share => share.Given.Build());

        private static (Share From, Share To)? FindMove(GroupTopic topic, List<Share> subscribers)
        {
            Share? fullest = null;
            var emptiest = subscribers[0];
            foreach (var share in subscribers)
            {
                if (share.Given.CountOf(topic.Id) > 0 && share.Given.Count > (fullest?.Given.Count ?? 0))
                {
                    fullest = share;
                }

                if (share.Given.Count < emptiest.Given.Count)
                {
                    emptiest = share;
                }
            }

            return fullest is not null && fullest.Given.Count > emptiest.Given.Count + 1 ? (fullest, emptiest) : null;
        }
    }

    /// <summary>One member and what it is to have.</summary>
    private sealed class Share(AssignmentInput member)
    {
        public AssignmentInput Member { get; } = member;

        public PartitionAssignmentBuilder Given { get; } = new();
    }
}
