namespace LogFlow.Queue.Tests;

/// <summary>Who believes that it owns what.</summary>
internal static class ModelOwners
{
    /// <summary>
    /// No two members of the group believe that they own one partition. One that the group gave up while every answer
    /// to it was lost does not count: it can not know yet, its commits are refused, and its next answer tells it.
    /// </summary>
    public static void AssertNoTwo(IEnumerable<IModelMember> members, ConsumerGroupHarness harness)
    {
        var known = Known(harness);
        var owners = new Dictionary<(Guid, int), string>();
        foreach (var member in members.Where(member => known.Contains(member.Id)))
        {
            foreach (var (topic, partitions) in member.Owned.Topics)
            {
                Assert.All(partitions, partition => owners.Add((topic, partition), member.Id));
            }
        }
    }

    private static HashSet<string> Known(ConsumerGroupHarness harness)
    {
        var group = harness.Groups.Coordinator.Find(GroupHarness.GroupId);
        return group?.DescribeConsumer() is { } consumer
            ? [.. consumer.Members.Select(member => member.MemberId)]
            : [.. group?.DescribeClassic()?.Members.Select(member => member.MemberId) ?? []];
    }
}
