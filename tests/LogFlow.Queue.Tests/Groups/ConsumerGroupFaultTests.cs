using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

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
        var members = new List<ConsumerModelMember>();
        for (var step = 0; step < 300; step++)
        {
            await StepAsync(random, harness, members);
            ModelOwners.AssertNoTwo(members, harness);
        }

        harness.Store.Fails = false;
        if (members.Count == 0)
        {
            members.Add(new ConsumerModelMember("last", "t,u", null));
        }

        // Dead members are given up after their sessions; the living ones then share everything.
        for (var settling = 0; settling < 40; settling++)
        {
            harness.Groups.Time.AdvanceMs(5_000);
            foreach (var member in members)
            {
                await member.BeatAsync(harness, isAnswerLost: false);
                ModelOwners.AssertNoTwo(members, harness);
            }
        }

        Assert.Equal(ConsumerGroupState.Stable, harness.Described.State);
        var subscribed = members.SelectMany(member => member.Topics.Split(',')).Distinct()
            .Sum(topic => harness.Topics.Find(topic)?.PartitionCount ?? 0);
        Assert.Equal(subscribed, members.Sum(member => member.Owned.Count));
    }

    private static async Task StepAsync(Random random, ConsumerGroupHarness harness, List<ConsumerModelMember> members)
    {
        switch (random.Next(20))
        {
            case 0 when members.Count < 6:
                members.Add(new ConsumerModelMember(
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
                    ModelOwners.AssertNoTwo(members, harness);
                }

                break;
        }
    }
}
