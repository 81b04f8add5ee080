using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client.Tests;

public sealed class AssignorTests
{
    [Fact]
    public void Range_UnevenPartitions_FirstMembersGetOneMore()
    {
        var members = new[] { Member("b", ["t"]), Member("a", ["t"]), Member("c", ["t"]) };

        var assignment = new RangeAssignor().Assign(members, Counts(("t", 8)));

        Assert.Equal([0, 1, 2], Indexes(assignment["a"]));
        Assert.Equal([3, 4, 5], Indexes(assignment["b"]));
        Assert.Equal([6, 7], Indexes(assignment["c"]));
    }

    [Fact]
    public void Range_StaticMembers_StandFirstByInstanceId()
    {
        var members = new[]
        {
            Member("a", ["t"]),
            Member("z", ["t"], instanceId: "1"),
            Member("y", ["t"], instanceId: "2"),
        };

        var assignment = new RangeAssignor().Assign(members, Counts(("t", 3)));

        Assert.Equal([0], Indexes(assignment["z"]));
        Assert.Equal([1], Indexes(assignment["y"]));
        Assert.Equal([2], Indexes(assignment["a"]));
    }

    [Fact]
    public void Range_TopicThatIsMissing_IsLeftOut()
    {
        var assignment = new RangeAssignor().Assign([Member("a", ["t", "gone"])], Counts(("t", 1)));

        Assert.Equal(new TopicPartition("t", 0), Assert.Single(assignment["a"]));
    }

    [Fact]
    public void CooperativeSticky_NewMember_GetsOnlyWhatNobodyOwnsInTheFirstRound()
    {
        var assignor = new CooperativeStickyAssignor();
        var a = Member("a", ["t"], owned: Partitions("t", 0, 1, 2, 3), generation: 1);

        var first = assignor.Assign([a, Member("b", ["t"])], Counts(("t", 4)));

        Assert.Equal(2, first["a"].Count);
        Assert.Empty(first["b"]);
        var second = assignor.Assign(
            [a with { Owned = first["a"], Generation = 2 }, Member("b", ["t"], generation: 2)], Counts(("t", 4)));
        Assert.Equal(first["a"].Order(Order), second["a"].Order(Order));
        Assert.Equal(2, second["b"].Count);
    }

    [Fact]
    public void CooperativeSticky_TwoClaimAPartition_LaterGenerationHoldsAndTiesHoldForNone()
    {
        var assignor = new CooperativeStickyAssignor();
        var later = assignor.Assign(
            [
                Member("a", ["t"], owned: Partitions("t", 0, 1), generation: 3),
                Member("b", ["t"], owned: Partitions("t", 0), generation: 2),
            ],
            Counts(("t", 2)));
        var tie = assignor.Assign(
            [
                Member("a", ["t"], owned: Partitions("t", 0), generation: 3),
                Member("b", ["t"], owned: Partitions("t", 0), generation: 3),
            ],
            Counts(("t", 1)));

        Assert.DoesNotContain(new TopicPartition("t", 0), later["b"]);
        Assert.Equal(1, tie["a"].Count + tie["b"].Count);
    }

    [Fact]
    public void CooperativeSticky_RandomGroupsOverManyRounds_BalanceCompleteAndNeverShareAPartition()
    {
        for (var round = 0; round < 200; round++)
        {
            var seed = Environment.TickCount ^ (round * 7919);
            RunRandomGroup(seed);
        }
    }

    [Fact]
    public void Member_SubscriptionOfOldVersion_GenerationComesFromUserData()
    {
        var subscription = new ConsumerProtocolSubscription
        {
            Topics = ["t"],
            UserData = new CooperativeStickyAssignor().UserData(17),
            OwnedPartitions = [new ConsumerProtocolSubscription.TopicPartition { Topic = "t", Partitions = [2] }],
        };

        var member = GroupMember.Read(new JoinGroupResponse.JoinGroupResponseMember
        {
            MemberId = "m",
            Metadata = ConsumerProtocol.Serialize(subscription, version: 1),
        });

        Assert.Equal(17, member.Generation);
        Assert.Equal(new TopicPartition("t", 2), Assert.Single(member.Owned));
    }

    /// <summary>Members come and go; two rounds after each change the group must be settled.</summary>
    private static void RunRandomGroup(int seed)
    {
        var random = new Random(seed);
        var assignor = new CooperativeStickyAssignor();
        var counts = Counts(("s", random.Next(1, 12)), ("t", random.Next(1, 12)));
        var members = new Dictionary<string, GroupMember>();
        for (var change = 0; change < 10; change++)
        {
            if (members.Count > 1 && random.Next(3) == 0)
            {
                members.Remove(members.Keys.ElementAt(random.Next(members.Count)));
            }
            else
            {
                members[$"m{change}"] = Member($"m{change}", ["s", "t"]);
            }

            for (var rebalance = 0; rebalance < 2; rebalance++)
            {
                var assignment = assignor.Assign([.. members.Values], counts);
                AssertNothingMovesWithoutBeingGivenUp(seed, members, assignment);
                foreach (var (id, owned) in assignment)
                {
                    members[id] = members[id] with { Owned = owned, Generation = (change * 2) + rebalance };
                }
            }

            var loads = members.Values.Select(member => member.Owned.Count).ToArray();
            var all = counts.Values.Sum();
            Assert.True(loads.Sum() == all, $"seed {seed}: {loads.Sum()} of {all} assigned");
            Assert.True(loads.Max() - loads.Min() <= 1, $"seed {seed}: loads {string.Join(" ", loads)}");
        }
    }

    private static void AssertNothingMovesWithoutBeingGivenUp(
        int seed, Dictionary<string, GroupMember> members, Dictionary<string, List<TopicPartition>> assignment)
    {
        var all = assignment.Values.SelectMany(owned => owned).ToArray();
        Assert.True(all.Distinct().Count() == all.Length, $"seed {seed}: a partition has two owners");
        foreach (var (id, partitions) in assignment)
        {
            var taken = members
                .Where(other => other.Key != id)
                .SelectMany(other => other.Value.Owned)
                .Intersect(partitions);
            Assert.True(!taken.Any(), $"seed {seed}: {id} got what another still owns");
        }
    }

    private static Comparer<TopicPartition> Order { get; } =
        Comparer<TopicPartition>.Create(static (a, b) => a.Partition.CompareTo(b.Partition));

    private static GroupMember Member(
        string id,
        string[] topics,
        IReadOnlyList<TopicPartition>? owned = null,
        int generation = -1,
        string? instanceId = null) =>
        new(id, instanceId, topics, owned ?? [], generation);

    private static TopicPartition[] Partitions(string topic, params int[] indexes) =>
        [.. indexes.Select(index => new TopicPartition(topic, index))];

    private static Dictionary<string, int> Counts(params (string Topic, int Count)[] counts) =>
        counts.ToDictionary(pair => pair.Topic, pair => pair.Count);

    private static int[] Indexes(List<TopicPartition> partitions) =>
        [.. partitions.Select(partition => partition.Partition)];
}
