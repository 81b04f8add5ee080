using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Groups.Consumer;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests.Groups;

/// <summary>
/// Members that follow the protocol, over lost answers, restarts of the queue, a disk that refuses, topics that grow,
/// members that die: at no moment do two members believe that they own one partition, and in the end all is given.
/// </summary>
public sealed class ConsumerGroupFaultTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Members_RandomFaults_NeverTwoOwnersAndAllGivenInTheEnd()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            await RunAsync(random);
        }
    }

    private static async Task RunAsync(Random random)
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 8);
        harness.Topics.Set("u", 3);
        var members = new List<Member>();
        for (var step = 0; step < 300; step++)
        {
            await StepAsync(random, harness, members);
            AssertNoTwoOwners(members);
        }

        harness.Store.Fails = false;
        if (members.Count == 0)
        {
            members.Add(new Member("last", "t,u", null));
        }

        // Dead members are given up after their sessions; the living ones then share everything.
        for (var settling = 0; settling < 40; settling++)
        {
            harness.Groups.Time.AdvanceMs(5_000);
            foreach (var member in members)
            {
                await member.BeatAsync(harness, isAnswerLost: false);
                AssertNoTwoOwners(members);
            }
        }

        Assert.Equal(ConsumerGroupState.Stable, harness.Described.State);
        var subscribed = members.SelectMany(member => member.Topics.Split(',')).Distinct()
            .Sum(topic => harness.Topics.Find(topic)?.PartitionCount ?? 0);
        Assert.Equal(subscribed, members.Sum(member => member.Owned.Count));
    }

    private static async Task StepAsync(Random random, ConsumerGroupHarness harness, List<Member> members)
    {
        switch (random.Next(20))
        {
            case 0 when members.Count < 6:
                members.Add(new Member(
                    $"m{random.Next()}",
                    random.Next(3) switch { 0 => "t", 1 => "u", _ => "t,u" },
                    random.Next(3) == 0 ? $"i{random.Next()}" : null));
                break;
            case 1 when members.Count > 1:
                // It dies, and what it owned with it.
                members.RemoveAt(random.Next(members.Count));
                break;
            case 2 when members.Count > 1:
                var leaving = members[random.Next(members.Count)];
                await harness.BeatAsync(leaving.Id, -1, instance: leaving.Instance);
                members.Remove(leaving);
                break;
            case 3:
                harness.Restart();
                break;
            case 4:
                harness.Store.Fails = !harness.Store.Fails;
                break;
            case 5:
                harness.Topics.Set("t", harness.Topics.Find("t")!.Value.PartitionCount + random.Next(2));
                break;
            case 6 when members.Count > 0:
                await members[random.Next(members.Count)].ReturnAsync(harness);
                break;
            default:
                harness.Groups.Time.AdvanceMs(random.Next(3_000));
                foreach (var member in members.OrderBy(_ => random.Next()).ToArray())
                {
                    await member.BeatAsync(harness, isAnswerLost: random.Next(6) == 0);
                    AssertNoTwoOwners(members);
                }

                break;
        }
    }

    private static void AssertNoTwoOwners(List<Member> members)
    {
        var owners = new Dictionary<(Guid, int), string>();
        foreach (var member in members)
        {
            foreach (var (topic, partitions) in member.Owned.Topics)
            {
                Assert.All(partitions, partition => owners.Add((topic, partition), member.Id));
            }
        }
    }

    private sealed class Member(string id, string topics, string? instance)
    {
        private int _epoch;
        private PartitionAssignment _assigned = PartitionAssignment.Empty;
        private bool _mustSayAll = true;

        public string Id { get; private set; } = id;

        public string Topics => topics;

        public string? Instance => instance;

        public PartitionAssignment Owned { get; private set; } = PartitionAssignment.Empty;

        public async Task BeatAsync(ConsumerGroupHarness harness, bool isAnswerLost)
        {
            var result = await harness.BeatAsync(
                Id, _epoch,
                _mustSayAll ? topics : null,
                owned: _epoch == 0 ? PartitionAssignment.Empty : Owned,
                instance: instance,
                rebalanceMs: _mustSayAll ? 30_000 : -1);
            if (isAnswerLost)
            {
                // As clients do: after a lost answer the next request says everything.
                _mustSayAll = true;
                return;
            }

            switch (result.Error)
            {
                case ErrorCode.None:
                    _epoch = result.MemberEpoch;
                    _mustSayAll = false;
                    _assigned = result.Assignment ?? _assigned;
                    Owned = _assigned;
                    break;
                case ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId or ErrorCode.GroupIdNotFound:
                    (_epoch, _mustSayAll, Owned, _assigned) =
                        (0, true, PartitionAssignment.Empty, PartitionAssignment.Empty);
                    break;
                case ErrorCode.CoordinatorNotAvailable or ErrorCode.UnreleasedInstanceId:
                    _mustSayAll = true;
                    break;
                default:
                    Assert.Fail($"unexpected {result.Error}: {result.Message}");
                    break;
            }
        }

        /// <summary>A static member's process ends properly and starts again under another member id.</summary>
        public async Task ReturnAsync(ConsumerGroupHarness harness)
        {
            if (instance is null || _epoch == 0)
            {
                return;
            }

            await harness.BeatAsync(Id, -2, instance: instance);
            (Id, _epoch, _mustSayAll) = (Id + "'", 0, true);
            (Owned, _assigned) = (PartitionAssignment.Empty, PartitionAssignment.Empty);
        }
    }
}
