using System.Net;
using System.Text.Json.Nodes;

namespace LogFlow.Store.Tests;

/// <summary>
/// What real senders put beside the documents. The forms are those of winston-elasticsearch 0.19, pino-elasticsearch 8,
/// logstash-output-elasticsearch 12.1.6, go-docappender 2 and Elastic.Ingest.Elasticsearch 0.11, read or captured.
/// </summary>
public sealed class SenderTests
{
    private const string Document = "{\"@timestamp\":\"2025-11-20T10:00:00Z\",\"message\":\"m\"}";

    [Theory]
    [InlineData("""{"create":{"_index":"a","pipeline":null}}""")]
    [InlineData("""{"create":{"_index":"a","op_type":"create"}}""")]
    [InlineData("""{"index":{"_index":"a","op_type":"create"}}""")]
    [InlineData("""{"create":{"_id":null,"_index":"a","routing":null}}""")]
    [InlineData("""{"create":{"_index":"a","_type":"_doc"}}""")]
    [InlineData("""{"create":{"_index":"a","pipeline":"_none"}}""")]
    [InlineData("""{"create":{"_index":"a","version":null,"version_type":null,"if_seq_no":null}}""")]
    [InlineData("""{"create":{"_index":"a","require_data_stream":true,"dynamic_templates":{"x":"y"}}}""")]
    public async Task Bulk_WhatChangesNothing_IsTaken(string action)
    {
        await using var store = await TestStore.StartAsync();
        var (status, answer, _) = await store.BulkAsync($"{action}\n{Document}\n{action}\n{Document}\n");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([201, 201], TestStore.Statuses(answer));
    }

    [Theory]
    [InlineData("""{"create":{"_index":"a","pipeline":"geo"}}""", 400, "pipeline with id [geo] does not exist")]
    [InlineData("""{"create":{"_index":"a","version":3,"version_type":"external"}}""", 400, "[version]")]
    [InlineData("""{"create":{"_index":"a","if_seq_no":3}}""", 400, "[if_seq_no]")]
    [InlineData("""{"create":{"_index":"a","op_type":"index"}}""", 400, "op_type")]
    [InlineData("""{"create":{"_index":"a","require_alias":true}}""", 404, "require_alias")]
    public async Task Bulk_WhatIsNotHere_RefusesTheItemAndNotItsNeighbours(string action, int expected, string reason)
    {
        await using var store = await TestStore.StartAsync();
        const string good = """{"create":{"_index":"a"}}""";
        var (status, answer, _) = await store.BulkAsync(
            $"{good}\n{Document}\n{action}\n{Document}\n{good}\n{Document}\n");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([201, expected, 201], TestStore.Statuses(answer));
        Assert.True(answer["errors"]!.GetValue<bool>());
        Assert.Contains(reason, answer["items"]![1]!["create"]!["error"]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Bulk_KeyThatElasticsearchDoesNotKnow_RefusesTheBulk()
    {
        await using var store = await TestStore.StartAsync();
        var (status, _, _) = await store.BulkAsync($"{{\"create\":{{\"_index\":\"a\",\"nonsense\":1}}}}\n{Document}\n");
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Theory]
    [InlineData("pipeline=geo", 400)]
    [InlineData("pipeline=_none", 201)]
    [InlineData("pipeline=", 201)]
    [InlineData("require_alias=true", 404)]
    [InlineData("require_data_stream=true&timeout=60s", 201)]
    public async Task Bulk_ParametersOfTheUrl_CountForEachItem(string query, int expected)
    {
        await using var store = await TestStore.StartAsync();
        var (status, answer, _) = await store.BulkAsync($"{{\"create\":{{}}}}\n{Document}\n", path: $"/a/_bulk?{query}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([expected], TestStore.Statuses(answer));
    }

    [Theory]
    [InlineData("errors,items.*.error,items.*.status",
        """{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":409,"error":0}}]}""")]
    [InlineData("items.*._index,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason",
        """{"items":[{"create":{"_index":"a","status":201}},"""
        + """{"create":{"_index":"a","status":409,"error":{"type":0,"reason":0}}}]}""")]
    [InlineData("error,items.*.status,items.*.error,items.*.result,items.*._version",
        """{"items":[{"create":{"_version":1,"result":"created","status":201}},"""
        + """{"create":{"status":409,"error":0}}]}""")]
    [InlineData("-took,-items", """{"errors":true}""")]
    [InlineData("nothing", "{}")]
    [InlineData("**.status", """{"items":[{"create":{"status":201}},{"create":{"status":409}}]}""")]
    public async Task Bulk_FilterPath_LeavesWhatIsAsked(string filter, string expected)
    {
        await using var store = await TestStore.StartAsync();
        const string action = """{"create":{"_index":"a","_id":"x"}}""";
        var (status, answer, _) = await store.BulkAsync(
            $"{action}\n{Document}\n{action}\n{Document}\n", path: $"/_bulk?filter_path={filter}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(expected, Shorten(answer).ToJsonString());
    }

    [Fact]
    public async Task Search_FilterPath_GoesThroughArraysAndErrors()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(Document, Document);
        var answer = await store.SendAsync(
            HttpMethod.Post, "/logs-*/_search?filter_path=hits.total.value,hits.hits._source.mess*", "{}");
        const string hit = """{"_source":{"message":"m"}}""";
        Assert.Equal($"{{\"hits\":{{\"total\":{{\"value\":2}},\"hits\":[{hit},{hit}]}}}}", answer.ToJsonString());
        var error = await store.SendAsync(
            HttpMethod.Post, "/logs-*/_search?filter_path=status", "{\"nonsense\":1}", HttpStatusCode.BadRequest);
        Assert.Equal("""{"status":400}""", error.ToJsonString());
    }

    /// <summary>Texts and objects of errors as 0: their words are not the matter.</summary>
    private static JsonNode Shorten(JsonNode answer)
    {
        foreach (var item in answer["items"]?.AsArray() ?? [])
        {
            if (item!["create"]?["error"] is JsonObject error)
            {
                if (error.Count == 2 && answer["errors"] is null && item["create"]!["_index"] is not null)
                {
                    error["type"] = 0;
                    error["reason"] = 0;
                }
                else
                {
                    item["create"]!["error"] = 0;
                }
            }
        }

        return answer;
    }
}
