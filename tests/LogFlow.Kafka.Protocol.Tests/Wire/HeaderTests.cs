using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Protocol.Tests;

public sealed class HeaderTests
{
    [Theory]
    [InlineData(ApiKey.Produce, 8, "00000008000000070002" + "6D65")]
    [InlineData(ApiKey.Produce, 9, "00000009000000070002" + "6D65" + "00")]
    [InlineData(ApiKey.ApiVersions, 3, "00120003000000070002" + "6D65" + "00")]
    [InlineData(ApiKey.SaslHandshake, 1, "00110001000000070002" + "6D65")]
    public void RequestHeader_HasTagsWhenTheBodyIsFlexible(ApiKey key, short version, string hex)
    {
        var header = new RequestHeader(key, version, 7, "me");
        using var writer = new KafkaWriter();

        header.Write(writer);

        Assert.Equal(hex, Convert.ToHexString(writer.ToArray()));
        var reader = new KafkaReader(Convert.FromHexString(hex));
        Assert.Equal(header, RequestHeader.Read(ref reader));
        reader.EnsureEnd();
    }

    [Fact]
    public void RequestHeader_WithoutClientId_IsReadBack()
    {
        var header = new RequestHeader(ApiKey.Fetch, 12, -1, null);
        using var writer = new KafkaWriter();
        header.Write(writer);

        var reader = new KafkaReader(writer.ToArray());

        Assert.Equal(header, RequestHeader.Read(ref reader));
    }

    [Theory]
    [InlineData(ApiKey.Produce, 8, "00000007")]
    [InlineData(ApiKey.Produce, 9, "0000000700")]
    [InlineData(ApiKey.ApiVersions, 0, "00000007")]
    [InlineData(ApiKey.ApiVersions, 4, "00000007")]
    public void ResponseHeader_HasTagsWhenTheBodyIsFlexible_ExceptForApiVersions(ApiKey key, short version, string hex)
    {
        using var writer = new KafkaWriter();

        ResponseHeader.Write(writer, key, version, 7);

        Assert.Equal(hex, Convert.ToHexString(writer.ToArray()));
        var reader = new KafkaReader(Convert.FromHexString(hex));
        Assert.Equal(7, ResponseHeader.Read(ref reader, key, version));
        reader.EnsureEnd();
    }

    [Fact]
    public void UnsupportedApiVersions_IsAnsweredInVersionZero()
    {
        using var writer = new KafkaWriter();
        var response = new ApiVersionsResponse { ApiKeys = [new() { ApiKey = 18, MinVersion = 0, MaxVersion = 4 }] };

        KafkaFrame.WriteUnsupportedApiVersions(writer, 9, response);

        Assert.Equal(
            "00000010" + "00000009" + "0023" + "00000001" + "001200000004", Convert.ToHexString(writer.ToArray()));
    }

    [Fact]
    public void Frame_LengthCountsReferencedRecords()
    {
        using var writer = new KafkaWriter();
        var request = new ProduceRequest
        {
            TopicData = [new() { Name = "t", PartitionData = [new() { Records = new byte[10_000] }] }],
        };

        KafkaFrame.WriteRequest<ProduceRequest, ProduceResponse>(writer, request, 3, 1, null);

        var bytes = writer.ToArray();
        Assert.Equal(bytes.Length - 4, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes));
    }

    [Fact]
    public void ErrorCodes_KnowWhatMayPass()
    {
        Assert.True(ErrorCode.NotLeaderOrFollower.IsRetriable());
        Assert.True(ErrorCode.CoordinatorLoadInProgress.IsRetriable());
        Assert.False(ErrorCode.None.IsRetriable());
        Assert.False(ErrorCode.RebalanceInProgress.IsRetriable());
        Assert.False(((ErrorCode)9999).IsRetriable());
    }
}
