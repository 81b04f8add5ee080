using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

public sealed class PartitionAssignorTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("uniform")]
    [InlineData("range")]
    public void Assign_RandomGroups_EveryPartitionHasOneSubscribedOwner(string name)
    {
        var random = new Random(Seed());
        for (var round = 0; round < 300; round++)
        {
            var members = RandomMembers(random, areEqual: round % 2 == 0);
            var given = PartitionAssignors.Create(name).Assign(members);
            AssertComplete(members, given);
        }
    }

    [Fact]
    public void Uniform_EqualSubscriptions_NoTwoMembersDifferByMoreThanOne()
    {
        var random = new Random(Seed());
        for (var round = 0; round < 300; round++)
        {
            var members = RandomMembers(random, areEqual: true);
            var counts = new UniformPartitionAssignor().Assign(members).Values
                .Select(partitions => partitions.Count).ToArray();
            Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        }
    }

    [Fact]
    public void Uniform_AssignedAgain_MovesNothing()
    {
        var random = new Random(Seed());
        for (var round = 0; round < 200; round++)
        {
            var members = RandomMembers(random, areEqual: round % 2 == 0);
            var first = new UniformPartitionAssignor().Assign(members);
            var again = new UniformPartitionAssignor().Assign(
                [.. members.Select(member => member with { Current = first[member.MemberId] })]);
            foreach (var (member, partitions) in first)
            {
                Assert.True(partitions.Equals(again[member]), $"{member} in round {round}");
            }
        }
    }

    [Fact]
    public void Uniform_MemberLeaves_OthersKeepWhatTheyHave()
    {
        var topics = new[] { new GroupTopic("t", Guid.NewGuid(), 12) };
        AssignmentInput[] members = [Member("a", topics), Member("b", topics), Member("c", topics)];
        var first = new UniformPartitionAssignor().Assign(members);
        var second = new UniformPartitionAssignor().Assign(
            [.. members.Take(2).Select(member => member with { Current = first[member.MemberId] })]);
        Assert.All(second, member => Assert.Equal(6, member.Value.Count));
        Assert.All(second, member => Assert.True(first[member.Key].IsSubsetOf(member.Value)));
    }

    [Fact]
    public void Uniform_MemberJoins_OnlyItsShareMoves()
    {
        var topics = new[] { new GroupTopic("t", Guid.NewGuid(), 10), new GroupTopic("u", Guid.NewGuid(), 2) };
        AssignmentInput[] members = [Member("a", topics), Member("b", topics)];
        var first = new UniformPartitionAssignor().Assign(members);
        var second = new UniformPartitionAssignor().Assign(
            [.. members.Select(member => member with { Current = first[member.MemberId] }), Member("c", topics)]);
        Assert.All(second, member => Assert.Equal(4, member.Value.Count));
        Assert.True(second["a"].IsSubsetOf(first["a"]) && second["b"].IsSubsetOf(first["b"]));
    }

    [Fact]
    public void Uniform_DifferentSubscriptions_NoSingleMoveWouldHelp()
    {
        var random = new Random(Seed());
        for (var round = 0; round < 200; round++)
        {
            var members = RandomMembers(random, areEqual: false);
            var given = new UniformPartitionAssignor().Assign(members);
            foreach (var topic in members.SelectMany(member => member.Topics).Distinct())
            {
                var subscribers = members.Where(member => member.Topics.Contains(topic)).ToArray();
                var least = subscribers.Min(member => given[member.MemberId].Count);
                Assert.All(
                    subscribers.Where(member => given[member.MemberId].Topics.ContainsKey(topic.Id)),
                    member => Assert.InRange(given[member.MemberId].Count, 0, least + 1));
            }
        }
    }

    private static void AssertComplete(
        AssignmentInput[] members, IReadOnlyDictionary<string, PartitionAssignment> given)
    {
        Assert.Equal(members.Length, given.Count);
        var owners = new Dictionary<(Guid, int), string>();
        foreach (var member in members)
        {
            foreach (var (topic, partitions) in given[member.MemberId].Topics)
            {
                Assert.Contains(member.Topics, subscribed => subscribed.Id == topic);
                Assert.All(partitions, partition => owners.Add((topic, partition), member.MemberId));
            }
        }

        Assert.Equal(
            members.SelectMany(member => member.Topics).Distinct().Sum(topic => topic.PartitionCount), owners.Count);
    }

    private static AssignmentInput[] RandomMembers(Random random, bool areEqual)
    {
        var topics = Enumerable.Range(0, random.Next(1, 6))
            .Select(i => new GroupTopic($"t{i}", Guid.NewGuid(), random.Next(1, 20))).ToArray();
        return Enumerable.Range(0, random.Next(1, 9)).Select(i => Member(
            $"m{random.Next()}-{i}",
            areEqual ? topics : topics.Where(_ => random.Next(2) == 0).ToArray(),
            random.Next(4) == 0 ? $"i{i}" : null)).ToArray();
    }

    private static AssignmentInput Member(string id, GroupTopic[] topics, string? instance = null) =>
        new(id, instance, topics, PartitionAssignment.Empty);

    private int Seed()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return seed;
    }
}
