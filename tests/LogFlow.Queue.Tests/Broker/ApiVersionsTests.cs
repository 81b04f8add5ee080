using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

public sealed class ApiVersionsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task ApiVersions_EveryVersion_ListsWhatIsServed(short version)
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();

        var response = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(
            new ApiVersionsRequest { ClientSoftwareName = "raw", ClientSoftwareVersion = "1.0" }, version);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        var produce = response.ApiKeys.Single(api => api.ApiKey == 0);
        Assert.Equal(0, produce.MinVersion);
        Assert.InRange(produce.MaxVersion, 8, 13);
        Assert.Contains(response.ApiKeys, api => api.ApiKey == 18);
        Assert.Equal(response.ApiKeys.Count, response.ApiKeys.Select(api => api.ApiKey).Distinct().Count());
    }

    [Fact]
    public async Task ApiVersions_VersionOfTheFuture_IsAnsweredInVersionZero()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();

        // key 18, version 99, correlation 7, client id "x", an empty tag section, and a body of no known form.
        await client.SendBytesAsync(
            Convert.FromHexString("0000000E" + "0012" + "0063" + "00000007" + "000178" + "00" + "0101"));

        var frame = (await client.ReceiveFrameAsync())!;
        var response = Read(frame);
        Assert.Equal(ErrorCode.UnsupportedVersion, response.ErrorCode);
        Assert.Contains(response.ApiKeys, api => api.ApiKey == 18 && api.MaxVersion == 4);

        static ApiVersionsResponse Read(byte[] frame)
        {
            var reader = new KafkaReader(frame);
            Assert.Equal(7, reader.ReadInt32());
            return ApiVersionsResponse.Read(ref reader, 0);
        }
    }

    [Theory]
    [InlineData("", "1.0")]
    [InlineData("name", "-1")]
    [InlineData("na me", "1")]
    public async Task ApiVersions_InvalidSoftwareName_IsInvalidRequest(string name, string softwareVersion)
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        var response = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(
            new ApiVersionsRequest { ClientSoftwareName = name, ClientSoftwareVersion = softwareVersion }, 3);
        Assert.Equal(ErrorCode.InvalidRequest, response.ErrorCode);
    }
}
