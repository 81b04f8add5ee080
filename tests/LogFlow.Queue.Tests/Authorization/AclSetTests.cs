namespace LogFlow.Queue.Tests;

/// <summary>What a set of ACLs says of one operation, by Kafka's rules.</summary>
public sealed class AclSetTests
{
    private const string Alice = "User:alice";
    private const string Host = "10.0.0.7";

    [Theory]
    [InlineData("Read", "Read,Describe")]
    [InlineData("Write", "Write,Describe")]
    [InlineData("Delete", "Delete,Describe")]
    [InlineData("Alter", "Alter,Describe")]
    [InlineData("AlterConfigs", "AlterConfigs,DescribeConfigs")]
    [InlineData("Describe", "Describe")]
    [InlineData("Create", "Create")]
    [InlineData("ClusterAction", "ClusterAction")]
    public void Allow_OfOneOperation_AllowsWhatItImplies(string allowed, string expected)
    {
        var acls = AclSet.Of([Acl(Enum.Parse<AclOperation>(allowed))]);

        var may = Enum.GetValues<AclOperation>()
            .Where(static operation => operation > AclOperation.All)
            .Where(operation => Judge(acls, operation, "logs") == AclVerdict.Allowed);

        Assert.Equal(
            expected.Split(',').Order(StringComparer.Ordinal),
            may.Select(static operation => operation.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Deny_MeansOnlyWhatItSays_AndWinsOverEveryAllow()
    {
        var acls = AclSet.Of(
        [
            Acl(AclOperation.All), Acl(AclOperation.All, name: "lo", pattern: AclPatternType.Prefixed),
            Acl(AclOperation.Read, permission: AclPermission.Deny, name: "*", principal: "User:*"),
        ]);

        Assert.Equal(AclVerdict.Denied, Judge(acls, AclOperation.Read, "logs"));
        Assert.Equal(AclVerdict.Allowed, Judge(acls, AclOperation.Describe, "logs"));
        Assert.Equal(AclVerdict.Allowed, Judge(acls, AclOperation.Write, "logs"));
        Assert.Equal(AclVerdict.Denied, Judge(acls, AclOperation.Read, "else"));
    }

    [Theory]
    [InlineData("logs", "Literal", "logs", "Allowed")]
    [InlineData("logs", "Literal", "logs-2", "NoAcl")]
    [InlineData("logs", "Prefixed", "logs", "Allowed")]
    [InlineData("logs", "Prefixed", "logs-2", "Allowed")]
    [InlineData("logs", "Prefixed", "log", "NoAcl")]
    [InlineData("*", "Literal", "whatever", "Allowed")]
    [InlineData("*", "Prefixed", "whatever", "NoAcl")]
    [InlineData("*", "Prefixed", "*ever", "Allowed")]
    public void Pattern_DecidesWhichNamesAreMeant(string name, string pattern, string asked, string expected)
    {
        var acls = AclSet.Of([Acl(AclOperation.Read, name: name, pattern: Enum.Parse<AclPatternType>(pattern))]);

        Assert.Equal(expected, Judge(acls, AclOperation.Read, asked).ToString());
    }

    [Theory]
    [InlineData(Alice, "*", "Allowed")]
    [InlineData(Alice, Host, "Allowed")]
    [InlineData(Alice, "10.0.0.8", "NotAllowed")]
    [InlineData("User:*", "*", "Allowed")]
    [InlineData("User:bob", "*", "NotAllowed")]
    [InlineData("Group:alice", "*", "NotAllowed")]
    public void PrincipalAndHost_DecideWhoIsMeant(string principal, string host, string expected)
    {
        var acls = AclSet.Of([Acl(AclOperation.Read, principal: principal, host: host)]);

        Assert.Equal(expected, Judge(acls, AclOperation.Read, "logs").ToString());
    }

    [Fact]
    public void Judge_OtherTypeOfResource_IsNotMeant() => Assert.Equal(
        AclVerdict.NoAcl,
        AclSet.Of([Acl(AclOperation.All)]).Judge(Alice, Host, AclOperation.Read, AclResourceType.Group, "logs"));

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "deny literal *")]
    [InlineData(false, "deny literal logs")]
    [InlineData(false, "deny prefixed lo")]
    [InlineData(true, "deny literal log")]
    [InlineData(true, "deny prefixed logs-")]
    [InlineData(true, "deny literal logs,allow prefixed logs")]
    [InlineData(false, "deny prefixed lo,allow prefixed logs")]
    [InlineData(true, "deny prefixed lo,allow literal *")]
    public void IsAllowedSomewhere_CountsWhatNoDenyCovers(bool expected, string others)
    {
        var acls = AclSet.Of([Acl(AclOperation.Write), .. others
            .Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static text => text.Split(' '))
            .Select(static word => Acl(
                AclOperation.Write,
                permission: Enum.Parse<AclPermission>(word[0], ignoreCase: true),
                pattern: Enum.Parse<AclPatternType>(word[1], ignoreCase: true),
                name: word[2]))]);

        Assert.Equal(
            expected, acls.IsAllowedSomewhere(Alice, Host, AclOperation.Write, AclResourceType.Topic));
    }

    [Fact]
    public void Codec_GivesBackWhatItWrote_AndRefusesALaterVersion()
    {
        var acl = Acl(AclOperation.IdempotentWrite, name: "lögs", pattern: AclPatternType.Prefixed, host: Host);
        var key = AclCodec.EncodeKey(acl);

        Assert.Equal(acl, AclCodec.Decode(key, AclCodec.Value));
        Assert.Throws<Kafka.Protocol.ProtocolViolationException>(() => AclCodec.Decode(key, new byte[] { 1 }));
    }

    internal static AclBinding Acl(
        AclOperation operation,
        AclPermission permission = AclPermission.Allow,
        string name = "logs",
        AclPatternType pattern = AclPatternType.Literal,
        string principal = Alice,
        string host = "*",
        AclResourceType type = AclResourceType.Topic) =>
        new(type, pattern, name, principal, host, operation, permission);

    private static AclVerdict Judge(AclSet acls, AclOperation operation, string topic) =>
        acls.Judge(Alice, Host, operation, AclResourceType.Topic, topic);
}
