"""The one way to Azure: the endpoint, the pipeline that every request passes, and what it lets out."""
