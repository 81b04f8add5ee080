using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Protocol.Tests;

public sealed class ConsumerProtocolTests
{
    [Fact]
    public void Subscription_Version0_IsKafkasBytes()
    {
        var subscription = new ConsumerProtocolSubscription { Topics = ["logs"], UserData = null };

        var bytes = ConsumerProtocol.Serialize(subscription, 0);

        Assert.Equal("0000" + "00000001" + "0004" + "6C6F6773" + "FFFFFFFF", Convert.ToHexString(bytes));
        Assert.Equal(["logs"], ConsumerProtocol.ReadSubscription(bytes).Topics);
    }

    [Fact]
    public void Assignment_OfANewerVersion_IsReadAsOurs()
    {
        var assignment = new ConsumerProtocolAssignment
        {
            AssignedPartitions = [new() { Topic = "logs", Partitions = [0, 2] }],
        };
        var bytes = ConsumerProtocol.Serialize(assignment, ConsumerProtocolAssignment.MaxVersion);
        bytes[1] = 99;

        var again = ConsumerProtocol.ReadAssignment(bytes);

        Assert.Equal([0, 2], again.AssignedPartitions.Single().Partitions);
    }

    [Fact]
    public void Assignment_Empty_IsNoPartitions() =>
        Assert.Empty(ConsumerProtocol.ReadAssignment(default).AssignedPartitions);

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("FFFF00000000")]
    [InlineData("00000000000500")]
    public void Subscription_Malformed_IsAViolation(string hex) =>
        Assert.Throws<ProtocolViolationException>(
            () => ConsumerProtocol.ReadSubscription(Convert.FromHexString(hex)));
}
