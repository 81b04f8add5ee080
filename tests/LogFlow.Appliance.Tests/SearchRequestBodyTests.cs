namespace LogFlow.Appliance.Tests;

public class SearchRequestBodyTests
{
    private static readonly Uri Url = new("http://127.0.0.1:9200");

    [Fact]
    public void Count_NoQuery_MatchesEverything() => Assert.Equal(
        """{"query":{"match_all":{}}}""", SearchRequestBody.Count(new SearchOptions { Url = Url }).ToJsonString());

    [Fact]
    public void Newest_QueryAndTimes_BecomeFilters()
    {
        var body = SearchRequestBody.Newest(new SearchOptions
        {
            Url = Url,
            Query = " a:b ",
            Since = DateTimeOffset.UnixEpoch,
        }, size: 5);

        Assert.Equal(5, body["size"]!.GetValue<int>());
        var filters = body["query"]!["bool"]!["filter"]!.AsArray();
        Assert.Equal("a:b", filters[0]!["query_string"]!["query"]!.ToString());
        Assert.Equal(
            """{"range":{"@timestamp":{"gte":"1970-01-01T00:00:00.000Z"}}}""", filters[1]!.ToJsonString());
    }
}
